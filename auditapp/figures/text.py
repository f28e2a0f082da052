"""Hostile text in figures: Plotly reads a little HTML in names and hover texts."""

import html
import unicodedata


def plain(text: str) -> str:
    """Text that Plotly shows as it stands, without marks that turn or hide other text."""
    kept = "".join(char if unicodedata.category(char) not in ("Cc", "Cf") else "�" for char in text)
    return html.escape(kept, quote=False)
