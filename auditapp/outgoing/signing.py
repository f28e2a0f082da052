"""Signs bodies as the Standard Webhooks specification does: HMAC-SHA256 over id, time and body.

A secret that is kept could be stolen with a backup. So none is: it is made from SECRET_KEY and a
random salt whenever it is needed. Whoever changes SECRET_KEY has to tell receivers their new ones.
"""

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime

from django.conf import settings

from auditapp.outgoing.models import Destination


def _key(salt: str) -> bytes:
    made_of = settings.SECRET_KEY.encode()
    return hmac.digest(made_of, b"outgoing\x1f" + salt.encode(), hashlib.sha256)


def secret(destination: Destination) -> str:
    """What the receiver checks signatures with: whsec_ and 32 bytes in base64."""
    return "whsec_" + b64encode(_key(destination.salt)).decode()


def headers(destination: Destination, message: str, body: bytes, now: datetime) -> dict[str, str]:
    """The three headers. While a secret is being changed both sign."""
    stamp = str(int(now.timestamp()))
    salts = [destination.salt]
    if destination.old_salt and destination.old_until and now < destination.old_until:
        salts.append(destination.old_salt)
    content = f"{message}.{stamp}.".encode() + body
    signed = (b64encode(hmac.digest(_key(salt), content, hashlib.sha256)) for salt in salts)
    return {
        "webhook-id": message,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(f"v1,{one.decode()}" for one in signed),
    }
