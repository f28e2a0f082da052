"""Where a cluster is and how to get in."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

PREFIX = "foureyes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What a site says of its cluster beside the address.

    `certificates` is a file of the authorities (PEM) that its certificate must come from, else
    the system's are asked. `replicas` None means one copy as soon as there is a second node.
    """

    api_key: str = field(default="", repr=False)
    certificates: str = ""
    shards: int = 1
    replicas: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`https://user:password@host:9200/prefix`: the names of the indices begin with the prefix."""

    host: str
    prefix: str
    user: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> "Address":
        """The address that a URL is. Raises ValueError where it cannot be one."""
        parts = urlsplit(url)
        prefix = parts.path.strip("/") or PREFIX
        if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,99}", prefix):
            raise ValueError(f"index names cannot begin with {prefix!r}")
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        user = (unquote(parts.username or ""), unquote(parts.password or ""))
        return cls(
            host=f"{parts.scheme}://{host}:{port}", prefix=prefix, user=user if user[0] else None
        )


def options(address: Address, cluster: Cluster) -> dict[str, Any]:
    """What Elasticsearch's client is told. Raises ValueError where it makes no sense."""
    told: dict[str, Any] = {}
    if address.user and cluster.api_key:
        raise ValueError("either a user in the address or an API key, not both")
    if address.user:
        told["basic_auth"] = address.user
    if cluster.api_key:
        if not cluster.api_key.isascii() or not cluster.api_key.isprintable():
            raise ValueError("the API key is the one line that the cluster calls `encoded`")
        told["api_key"] = cluster.api_key
    if cluster.certificates:
        if not address.host.startswith("https:"):
            raise ValueError("certificates are of use with https:// only")
        told["ca_certs"] = cluster.certificates
    return told
