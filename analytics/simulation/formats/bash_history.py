"""Bash's history with HISTTIMEFORMAT set: a line of seconds before each command."""


def command(moment: float, text: str) -> str:
    """One command as bash appends it; a command of several lines keeps them."""
    return f"#{int(moment)}\n{text}\n"
