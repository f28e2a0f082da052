"""Fetches an organisation's audit log from the Hugging Face Hub, page by page.

The Hub describes one call, `GET /api/organizations/{name}/audit-log/export`, which answers an
array of the latest 100,000 events. Where it gives more pages, it names the next one as all its
lists do: by a header `Link: <address>; rel="next"`.
"""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO, cast
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

PATH = "/api/organizations/{name}/audit-log/export"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
TIMEOUT = (10, 300)  # seconds to connect, and between bytes: the whole log may be one page
BUSY = frozenset([429, 500, 502, 503, 504])
LONGEST_ADDRESS = 2000
LOOPBACK = ("127.0.0.1", "localhost", "::1")
REASONS = {
    401: "the Hub does not accept the token",
    403: "the token may not read the audit log: its owner must administer the organisation, "
    "which needs a Team or Enterprise plan",
    404: "the Hub knows no such organisation, or not by this token",
    429: "the Hub still asks for patience",
}


class PullFailed(Exception):
    """Nothing more can be fetched now; the message says why, and never holds the token."""


class PageGone(PullFailed):
    """The Hub no longer knows the address of a page at which an earlier walk stopped."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's body, to be read once, and the address of the next page, empty at the end."""

    body: BinaryIO
    following: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A Hub at its address. `patience` is how often it is asked again while it is busy, and
    for how many seconds one wait may last."""

    endpoint: str
    token: str
    patience: tuple[int, int] = (6, 120)

    def first(self, organisation: str) -> str:
        """The address of an organisation's first page. Raises PullFailed."""
        parts = urlsplit(self.endpoint)
        if parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise PullFailed(f"{self.endpoint} is not https, and the token would be seen")
        if not NAME.fullmatch(organisation):
            raise PullFailed(f"{organisation!r} is no name of an organisation")
        if not self.token:
            raise PullFailed("there is no token: set HF_TOKEN or HF_TOKEN_FILE")
        return self.endpoint.rstrip("/") + PATH.format(name=organisation)

    @contextmanager
    def page(self, address: str) -> Iterator[Page]:
        """A page while it is read. Raises PullFailed, also while reading."""
        try:
            with self._session() as session, closing(self._get(session, address)) as response:
                _check(response)
                response.raw.decode_content = True
                yield Page(cast(IO[bytes], response.raw), self._following(response))  # type: ignore[arg-type]
        except (requests.RequestException, HTTPError) as error:
            raise PullFailed(f"the Hub cannot be read: {_without_address(error)}") from error

    def _get(self, session: requests.Session, address: str) -> requests.Response:
        return session.get(
            address, auth=_Bearer(self.token), stream=True, timeout=TIMEOUT, allow_redirects=True
        )

    def _session(self) -> requests.Session:
        """Asks again after errors of the network and while the Hub is busy, as it asks to."""
        times, longest = self.patience
        retry = Retry(
            total=times,
            status_forcelist=BUSY,
            allowed_methods=["GET"],
            backoff_factor=1,
            backoff_jitter=1,
            backoff_max=longest,
            retry_after_max=longest,
            raise_on_status=False,
        )
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=retry))
        session.mount("http://", HTTPAdapter(max_retries=retry))
        return session

    def _following(self, response: requests.Response) -> str:
        """The next page's address; never one of another server, which would get the token."""
        address = response.links.get("next", {}).get("url", "")
        if not address:
            return ""
        whole = urljoin(response.url, address)
        if urlsplit(whole)[:2] != urlsplit(self.endpoint)[:2] or len(whole) > LONGEST_ADDRESS:
            raise PullFailed("the Hub names a next page that is not its own")
        return whole


class _Bearer(AuthBase):
    """Also keeps `.netrc` from taking the header's place."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _check(response: requests.Response) -> None:
    if response.status_code in (400, 410) or (response.status_code == 404 and "?" in response.url):
        raise PageGone(f"the Hub answers {response.status_code} for a later page")
    if response.status_code != 200:
        reason = REASONS.get(response.status_code, "the Hub cannot give the audit log")
        raise PullFailed(f"{reason} ({response.status_code})")


def _without_address(error: Exception) -> str:
    """What went wrong, without the address, which may hold a cursor."""
    return re.sub(r"(?:url: |https?://)\S+", "…", str(error))[:300] or type(error).__name__
