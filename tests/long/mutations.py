"""Samples as they come after a crash, a bad copy or a malicious hand."""

from collections.abc import Callable, Sequence

from hypothesis import strategies as st

TOKENS = (
    *(b"\x00", b"\r\n", b"\n", b"\r", b"\xff\xfe", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1d"),
    *(b"null", b"[]", b"{}", b'""', b"-1", b"1e999", b"NaN", b"99999999999999999999", b"true"),
    *(b'"\\ud800"', b'"\\u0000"', b"4294967295", b"2026-02-30T25:61:61Z", b"|", b"=", b"\\", b"'"),
    *(
        b"{" * 600,
        b"[" * 600,
        b'{"a":' * 300,
        b"x" * 5000,
        b"1" * 5000,
        b"\xf0\x9f\xa6\x86",
        b"%00",
        b"*",
        b"?",
    ),
)
Mutation = Callable[[bytes, int, int, bytes], bytes]


def _value(log: bytes, at: int, _: int, token: bytes) -> bytes:
    """What stands between the next colon or equals sign and the next delimiter is replaced."""
    signs = (log.find(sign, at) for sign in (b":", b"=", b"|"))
    start = min((place + 1 for place in signs if place >= 0), default=at)
    ends = [
        place for sign in (b",", b" ", b"}", b"\n", b"|") if (place := log.find(sign, start)) > 0
    ]
    return log[:start] + token + log[min(ends, default=len(log)) :]


MUTATIONS: tuple[Mutation, ...] = (
    lambda log, at, to, token: log[:at],
    lambda log, at, to, token: log[at:],
    lambda log, at, to, token: log[:at] + log[to:],
    lambda log, at, to, token: log[:to] + log[at:to] + log[to:],
    lambda log, at, to, token: log[:at] + token + log[at:],
    lambda log, at, to, token: log[:at] + token + log[to:],
    lambda log, at, to, token: log[:at] + log[at:].replace(b"\n", b"", 1),
    lambda log, at, to, token: log[:at] + log[at:to].replace(b"\n", b"\r\n") + log[to:],
    lambda log, at, to, token: log[:at] + log[at:to].replace(b" ", b"") + log[to:],
    lambda log, at, to, token: log[to:] + log[at:to] + log[:at],
    _value,
)


@st.composite
def mutated(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """One of the samples, changed in one to five places."""
    log = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(1, 5))):
        ends = st.integers(0, len(log))
        at, to = sorted((draw(ends), draw(ends)))
        token = draw(st.one_of(st.sampled_from(TOKENS), st.binary(max_size=8)))
        log = draw(st.sampled_from(MUTATIONS))(log, at, to, token)
    return log
