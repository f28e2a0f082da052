"""How a search is typed: reads the text from left to right into the parts of `query`."""

import re
from typing import NoReturn

from analytics.store.meaning import leaves
from analytics.store.query import All, Any, Between, Exists, Not, Query, QueryError, Term

LONGEST_TEXT = 8_000  # characters of a whole search
DEEPEST = 10  # brackets in brackets
MOST_TERMS = 500

FIELD = re.compile(r"[\w@][\w@.\-/]*(?=:)")
WORD = re.compile(r'(?:\\.|[^\s()"\\])+', re.DOTALL)
BOUND = re.compile(r'(?:\\.|[^\s\]}"\\])+', re.DOTALL)
QUOTED = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
OPERATOR = re.compile(r"(AND|OR|NOT)(?![^\s()\"])|(&&|\|\|)")
TO = re.compile(r"TO(?=\s)")
COMPARISON = re.compile(r"[<>]=?")
SPACE = re.compile(r"\s*")
NAMES = {"&&": "AND", "||": "OR"}


class Reader:
    """Reads one search. `field` is set within `field:( … )`."""

    def __init__(self, text: str) -> None:
        """Raises QueryError for a text that is too long."""
        self.text = text
        self.at = 0
        self.depth = 0
        self.terms = 0
        self.field: str | None = None
        if len(text) > LONGEST_TEXT:
            raise QueryError(f"a search has at most {LONGEST_TEXT} characters")

    def query(self) -> Query | None:
        """All of the text as one search; None where it is empty."""
        if not self.text.strip():
            return None
        query = self.either()
        if self.peek():
            self.fail("this bracket was never opened")
        return query

    def either(self) -> Query:
        """Parts with OR between them."""
        parts = [self.every()]
        while self.operator("OR"):
            parts.append(self.every())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def every(self) -> Query:
        """Parts with AND, or nothing, between them."""
        parts = [self.one()]
        while self.operator("AND") or (self.peek() not in ("", ")") and not self.operator_is("OR")):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self) -> Query:
        """A term or a bracket, with its NOT, - or ! where it has one; + changes nothing."""
        negative = False
        while True:
            sign = self.peek()
            if self.operator("NOT"):
                negative = not negative
            elif sign and sign in "-!+":
                self.at += 1
                if self.at == len(self.text) or self.text[self.at].isspace():
                    self.fail(f"after {sign} comes what it is about, without a space")
                negative ^= sign != "+"
            else:
                break
        part = self.bracket(None) if self.peek() == "(" else self.term()
        return Not(part) if negative else part

    def bracket(self, field: str | None) -> Query:
        """What stands in brackets; within `field:( … )` each word is about that field."""
        start, outer = self.at, self.field
        self.depth += 1
        if self.depth > DEEPEST:
            self.fail(f"brackets stand at most {DEEPEST} deep")
        self.at += 1
        self.field = field or outer
        if self.peek() == ")":
            self.fail("these brackets are empty")
        query = self.either()
        if self.peek() != ")":
            self.at = start
            self.fail("this bracket is never closed")
        self.at += 1
        self.field = outer
        self.depth -= 1
        return query

    def term(self) -> Query:
        """One field with what is asked of it, or a word alone."""
        if OPERATOR.match(self.text, self.at) or self.peek() in ("", ")"):
            self.fail("a field or a word was expected here")
        self.terms += 1
        if self.terms > MOST_TERMS:
            self.fail(f"a search has at most {MOST_TERMS} terms")
        start = self.at
        named = FIELD.match(self.text, self.at) if self.field is None else None
        if named is None:
            return self.checked(self.value(self.field), start)
        self.at = named.end() + 1
        if self.at == len(self.text) or self.text[self.at].isspace():
            self.fail(f"{named[0]}: stands without a value")
        if named[0] == "_exists_":
            return self.checked(Exists(self.word(WORD)), start)
        self.checked(Exists(named[0]), start)  # the field's name, before anything else
        if self.text[self.at] == "(":
            return self.bracket(named[0])
        return self.checked(self.value(named[0]), start)

    def value(self, field: str | None) -> Term | Between | Exists | All:
        """What is asked of the field: a quoted text, a range, a comparison or a word."""
        if self.text.startswith('"', self.at):
            return Term(field, self.quoted(), exact=True)
        if field is not None and self.text[self.at : self.at + 1] in ("[", "{"):
            return self.range(field)
        comparison = COMPARISON.match(self.text, self.at)
        if field is not None and comparison:
            self.at = comparison.end()
            bound, strict = self.bound(WORD), len(comparison[0]) == 1
            if comparison[0][0] == ">":
                return Between(field, bound, None, strict_lower=strict)
            return Between(field, None, bound, strict_upper=strict)
        word = self.word(WORD)
        if word == "*":
            return All(()) if field is None else Exists(field)
        return Term(field, word)

    def range(self, field: str) -> Between:
        """`[a TO b]`; a curly bracket on a side excludes its bound."""
        start = self.at
        self.at += 1
        self.peek()
        lower = self.bound(BOUND)
        self.peek()
        if not TO.match(self.text, self.at):
            self.fail("a range is written [a TO b]")
        self.at += 2
        self.peek()
        upper = self.bound(BOUND)
        closing = self.peek()
        if not closing or closing not in "]}":
            self.at = start
            self.fail("this range is never closed; it is written [a TO b]")
        self.at += 1
        return Between(field, lower, upper, self.text[start] == "{", closing == "}")

    def bound(self, kind: re.Pattern[str]) -> str | None:
        """One side of a range; None where it is open, `*`."""
        if self.text.startswith('"', self.at):
            return self.quoted()
        word = self.word(kind)
        return None if word == "*" else re.sub(r"\\(.)", r"\1", word, flags=re.DOTALL)

    def quoted(self) -> str:
        """A text in quotes: only the quote and the backslash are written with a backslash."""
        found = QUOTED.match(self.text, self.at)
        if found is None:
            self.fail("this quote is never closed")
        self.at = found.end()
        return re.sub(r'\\(["\\])', r"\1", found[1])

    def word(self, kind: re.Pattern[str]) -> str:
        """Characters up to the next space or bracket, backslashes kept."""
        found = kind.match(self.text, self.at)
        if found is None:
            self.fail("a value was expected here")
        self.at = found.end()
        return found[0]

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        space = SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.text[self.at : self.at + 1]

    def operator_is(self, name: str) -> bool:
        """Whether that operator comes next."""
        self.peek()
        found = OPERATOR.match(self.text, self.at)
        return found is not None and NAMES.get(found[0], found[0]) == name

    def operator(self, name: str) -> bool:
        """Whether that operator comes next, and if so goes past it."""
        if not self.operator_is(name):
            return False
        self.at += 2 if name == "OR" or self.text[self.at] == "&" else 3
        return True

    def checked(self, part: Term | Between | Exists | All, start: int) -> Query:
        """The same part, if its field and value make sense."""
        if not isinstance(part, All):
            try:
                leaves(part)
            except ValueError as error:
                self.at = start
                self.fail(str(error))
        return part

    def fail(self, why: str) -> NoReturn:
        """Raises QueryError, naming the place."""
        raise QueryError(f"at character {self.at + 1}: {why}", self.at)
