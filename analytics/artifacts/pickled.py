"""What a pickle would import. Its opcodes are followed; nothing is ever made of them.

The stack is kept as the unpickler would have it, but of what lies on it only short texts are
known: they may become the names of what is imported. Memory is bounded whatever the pickle's
size: long texts and bytes are left out unread.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from analytics.artifacts.windows import Ended, Window

LONGEST_NAME = 512  # bytes
MOST_OPCODES = 100_000_000
DEEPEST = 5_000_000  # values on the stack
MOST_REMEMBERED = 32 << 20  # characters of texts in the memo
MOST_IMPORTS = 10_000
MOST_PICKLES = 100_000
BEFORE_WEIGHTS = 5
UNKNOWN = "unknown"  # as the scanner calls a name that cannot be followed
PROTOCOLS = tuple(b"\x80" + bytes([number]) for number in range(6))
LENGTHS = {-2: (1, False), -3: (4, True), -4: (4, False), -5: (8, False)}  # bytes, signed

Import = tuple[str, str]
Value = str | None


class Broken(Exception):
    """No unpickler could go on here."""


class _Step(NamedTuple):
    """What an opcode does to the stack, and what stands behind it."""

    name: str
    size: int  # of its argument: bytes, -1 for a line, less for a length in front of it
    marked: bool
    pops: int
    pushes: int


def _step(opcode: pickletools.OpcodeInfo) -> _Step:
    before = [item.name for item in opcode.stack_before]
    marked = "mark" in before
    return _Step(
        name=opcode.name,
        size=opcode.arg.n if opcode.arg else 0,
        marked=marked,
        pops=before.index("mark") if marked else len(before),
        pushes=len(opcode.stack_after),
    )


STEPS: dict[int, _Step] = {ord(opcode.code): _step(opcode) for opcode in pickletools.opcodes}


@dataclass(slots=True)
class Followed:
    """What was found until the end, or until it could not be followed further."""

    imports: set[Import] = field(default_factory=set)
    complete: bool = False
    reason: str = ""


def follow(window: Window) -> Followed:
    """Follows one pickle to its end."""
    found = Followed()
    try:
        _Follower(window, found.imports).run()
        found.complete = True
    except Ended as error:
        found.reason = str(error) or "it ends in the middle"
    except Broken as error:
        found.reason = str(error)
    return found


def follow_all(window: Window) -> Followed:
    """Follows the pickles that stand one behind the other; all imports, and how the first ended.

    PyTorch's old format is five of them before raw weights; what comes after five is one only
    where it begins as pickles do.
    """
    found = last = follow(window)
    count = 1
    while last.complete and count < MOST_PICKLES:
        head = window.peek(2)
        if not head or (count >= BEFORE_WEIGHTS and head not in PROTOCOLS):
            break
        last = follow(window)
        found.imports |= last.imports
        count += 1
    return found


class _Follower:
    """The unpickler's stack and memo, as far as they matter."""

    def __init__(self, window: Window, imports: set[Import]) -> None:
        self.window, self.imports = window, imports
        self.stack: list[Value] = []
        self.marks: list[int] = []
        self.memo: dict[int, str] = {}
        self.memo_size = 0  # entries 0 … are all filled
        self.memo_beyond: set[int] = set()
        self.remembered = 0

    def run(self) -> None:
        """Raises Ended and Broken."""
        byte, stack = self.window.byte, self.stack
        for _ in range(MOST_OPCODES):
            code = byte()
            step = STEPS.get(-1 if code is None else code)
            if step is None:
                raise Ended if code is None else Broken(f"no opcode is {code}")
            special = HANDLERS.get(code)  # type: ignore[arg-type]
            if special is not None:
                if special(self, step):
                    return
                continue
            if step.size:
                self._leave_out(step.size)
            self._pop(step)
            if step.pushes:
                stack.append(None)
            if len(stack) > DEEPEST:
                raise Broken("it is too deep to follow")
        raise Broken("it is too long to follow")

    def _pop(self, step: _Step) -> None:
        if step.marked or (step.name == "POP" and self.marks and self.marks[-1] == len(self.stack)):
            if not self.marks:
                raise Broken("a mark is missing")
            del self.stack[self.marks.pop() :]
            if step.name == "POP":
                return
        if step.pops:
            if len(self.stack) < step.pops:
                raise Broken("the stack is empty")
            del self.stack[-step.pops :]

    def _leave_out(self, size: int) -> None:
        if size == -1:
            self.window.line(0)
        else:
            self.window.skip(size if size > 0 else self._length(size))

    def _length(self, size: int) -> int:
        width, signed = LENGTHS[size]
        length = int.from_bytes(self.window.take(width), "little", signed=signed)
        if length < 0:
            raise Broken("a length is negative")
        return length

    def mark(self, step: _Step) -> bool:
        self.marks.append(len(self.stack))
        if len(self.marks) > DEEPEST:
            raise Broken("it is too deep to follow")
        return False

    def stop(self, step: _Step) -> bool:
        return True

    def text(self, step: _Step) -> bool:
        if step.size == -1:
            raw = self.window.line(LONGEST_NAME)
        else:
            length, raw = self._length(step.size), None
            if length <= LONGEST_NAME:
                raw = self.window.take(length)
            else:
                self.window.skip(length)
        self.stack.append(None if raw is None else _decoded(raw, step.name))
        return False

    def named(self, step: _Step) -> bool:
        names = [self.window.line(LONGEST_NAME) for _ in range(2)]
        module, name = (UNKNOWN if raw is None else raw.decode("utf-8", "replace") for raw in names)
        self._pop(step)
        return self._import(module, name)

    def stacked(self, step: _Step) -> bool:
        if len(self.stack) < 2:
            raise Broken("the stack is empty")
        name, module = self.stack.pop(), self.stack.pop()
        return self._import(module or UNKNOWN, name or UNKNOWN)

    def extension(self, step: _Step) -> bool:
        code = int.from_bytes(self.window.take(step.size), "little")
        return self._import(UNKNOWN, f"extension {code}")

    def _import(self, module: str, name: str) -> bool:
        self.imports.add((module, name))
        if len(self.imports) > MOST_IMPORTS:
            raise Broken("it imports too much to follow")
        self.stack.append(None)
        return False

    def double(self, step: _Step) -> bool:
        self.stack.append(self._top())
        return False

    def put(self, step: _Step) -> bool:
        self._remember(self._index(step), self._top())
        return False

    def memoize(self, step: _Step) -> bool:
        self._remember(self.memo_size + len(self.memo_beyond), self._top())
        return False

    def get(self, step: _Step) -> bool:
        self.stack.append(self.memo.get(self._index(step)))
        return False

    def _top(self) -> Value:
        if not self.stack:
            raise Broken("the stack is empty")
        return self.stack[-1]

    def _index(self, step: _Step) -> int:
        if step.size > 0:
            return int.from_bytes(self.window.take(step.size), "little")
        digits = (self.window.line(LONGEST_NAME) or b"").strip()
        if not digits.isdigit() or len(digits) > 18:
            raise Broken("a place in the memo is no number")
        return int(digits)

    def _remember(self, index: int, value: Value) -> None:
        """What is too much to remember is not known later, which counts as an unknown name."""
        if index == self.memo_size:
            self.memo_size += 1
            while self.memo_beyond and self.memo_size in self.memo_beyond:
                self.memo_beyond.remove(self.memo_size)
                self.memo_size += 1
        elif index > self.memo_size:
            self.memo_beyond.add(index)
            if len(self.memo_beyond) > DEEPEST:
                raise Broken("its memo is too large to follow")
        if value is None or self.remembered > MOST_REMEMBERED:
            self.memo.pop(index, None)
        else:
            self.memo[index] = value
            self.remembered += len(value) + 1


def _decoded(raw: bytes, opcode: str) -> Value:
    """The text; None where it is written in escapes, which no writer needs for a name."""
    if opcode in ("UNICODE", "STRING") and b"\\" in raw:
        return None
    return (raw.strip()[1:-1] if opcode == "STRING" else raw).decode("utf-8", "replace")


SPECIAL: dict[str, Callable[[_Follower, _Step], bool]] = {
    "MARK": _Follower.mark,
    "STOP": _Follower.stop,
    "GLOBAL": _Follower.named,
    "INST": _Follower.named,
    "STACK_GLOBAL": _Follower.stacked,
    "DUP": _Follower.double,
    "MEMOIZE": _Follower.memoize,
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), _Follower.extension),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), _Follower.put),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), _Follower.get),
    **dict.fromkeys(("UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"), _Follower.text),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING"), _Follower.text),
}
HANDLERS = {code: SPECIAL[step.name] for code, step in STEPS.items() if step.name in SPECIAL}
