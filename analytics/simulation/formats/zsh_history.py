"""Zsh's extended history: start, duration and command in one line."""


def command(moment: float, text: str, seconds: int = 0) -> str:
    """One command as zsh appends it; line ends inside it are escaped."""
    return f": {int(moment)}:{seconds};{text.replace(chr(10), chr(92) + chr(10))}\n"
