"""The access log of a Hugging Face mirror behind nginx, in the combined format."""

from dataclasses import dataclass
from datetime import UTC, datetime

AGENT = "transformers/4.57.1; hf_hub/0.36.0; python/3.11.9; torch/2.9.1"
CLIENT = "unknown/None; hf_hub/0.36.0; python/3.11.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asked of the mirror; `size` in bytes of the body that was sent."""

    address: str
    user: str
    method: str
    target: str
    status: int
    size: int
    agent: str


def line(moment: float, request: Request) -> str:
    """The request's line, its time in UTC."""
    stamp = datetime.fromtimestamp(int(moment), UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
    return (
        f"{request.address} - {request.user} [{stamp}] "
        f'"{request.method} {request.target} HTTP/1.1" {request.status} {request.size} '
        f'"-" "{request.agent}"\n'
    )
