"""How a forge proves that a delivery is from it: a secret in a header, or a signature made with it.

A proof gets headers, body and a secret, and compares in a time that does not tell how far the
two are alike.
"""

import base64
import binascii
import hmac
import time
from collections.abc import Callable, Mapping

Headers = Mapping[str, str]
Proof = Callable[[Headers, bytes, bytes], bool]
TOLERANCE = 300  # seconds between a signed time and ours
PREFIX = b"whsec_"


def carries(name: str) -> Proof:
    """The header is the secret itself."""

    def proves(headers: Headers, body: bytes, secret: bytes) -> bool:
        return hmac.compare_digest(_sent(headers.get(name, "")), secret)

    return proves


def signs(*names: str) -> Proof:
    """The first of these headers is the body's HMAC-SHA256 with the secret, in hexadecimal."""

    def proves(headers: Headers, body: bytes, secret: bytes) -> bool:
        said = next(filter(None, (headers.get(name) for name in names)), "")
        signature = hmac.new(secret, body, "sha256").hexdigest().encode()
        return hmac.compare_digest(_sent(said.removeprefix("sha256=").lower()), signature)

    return proves


def standard(headers: Headers, body: bytes, secret: bytes) -> bool:
    """Standard Webhooks: id, time and body are signed together, and the time is now, more or less.

    There may be several signatures while a secret is being changed; one is enough.
    """
    named = [_sent(headers.get(f"webhook-{name}", "")) for name in ("id", "timestamp")]
    said = _sent(headers.get("webhook-signature", "")).split()[:20]
    if not all(named) or not named[1].isdigit() or len(named[1]) > 12:
        return False
    if abs(time.time() - int(named[1])) > TOLERANCE:
        return False
    signed = b".".join((*named, body))
    signatures = [
        b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256")) for key in _keys(secret)
    ]
    matches = [hmac.compare_digest(one, signature) for one in said for signature in signatures]
    return any(matches)


def either(signature: Proof, otherwise: Proof) -> Proof:
    """A signature; or the other proof, unless the secret says itself that it is for signing."""

    def proves(headers: Headers, body: bytes, secret: bytes) -> bool:
        if signature(headers, body, secret):
            return True
        return not secret.startswith(PREFIX) and otherwise(headers, body, secret)

    return proves


def _keys(secret: bytes) -> list[bytes]:
    """The secret as the key of a signature: what is encoded behind `whsec_`, or as it is."""
    if not secret.startswith(PREFIX):
        return [secret]
    try:
        return [base64.b64decode(secret.removeprefix(PREFIX), validate=True), secret]
    except binascii.Error:
        return [secret]


def _sent(header: str) -> bytes:
    """A header's bytes, which WSGI hands over as if each were a character."""
    return header.encode("latin-1", "replace")
