"""What stands around records and is none: the header of a table, the members of an envelope."""

from dataclasses import dataclass, field

MOST = 1 << 20  # bytes; what is beyond that is rejected


@dataclass(frozen=True, slots=True)
class Piece:
    """A text that frames records: its first line's number, and how often the log has it."""

    line: int
    text: bytes
    times: int = 1


@dataclass(slots=True)
class Framing:
    """What a log has beside its records, each text once."""

    _pieces: dict[bytes, Piece] = field(default_factory=dict)
    _size: int = 0
    _heading: bytes = b""

    def add(self, line: int, text: bytes) -> bool:
        """Keeps a text that was understood; False where there are too many, so that it is lost."""
        known = self._pieces.get(text)
        if known is None and self._size + len(text) > MOST:
            return False
        if known is None:
            self._size += len(text)
        times = 1 + known.times if known else 1
        self._pieces[text] = Piece(known.line if known else line, text, times)
        return True

    def head(self, line: int, text: bytes, *, goes_on: bool = False) -> bool:
        """As `add`, of a header that says what all that follows means.

        `goes_on` says that it is of one header with the text before it.
        """
        if not self.add(line, text):
            return False
        self._heading = (self._heading if goes_on else b"") + text + b"\n"
        return True

    def heading(self) -> bytes:
        """The newest header, with its line's end."""
        return self._heading

    def pieces(self) -> list[Piece]:
        """All of them, in the order in which they came."""
        return list(self._pieces.values())
