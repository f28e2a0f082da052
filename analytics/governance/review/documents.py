"""What is only read by people: documents, which nothing runs and nothing is steered by."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from analytics.governance.review.told import Told
from analytics.governance.review.updates import Update, is_whole
from analytics.governance.review.writers import OF_MERGE

WRITTEN = frozenset({".adoc", ".markdown", ".md", ".rst"})
DRAWN = frozenset({".gif", ".jpeg", ".jpg", ".png", ".webp"})  # an SVG can hold a script
WITHOUT_SUFFIX = frozenset({"authors", "changelog", "license", "notice", "readme"})
STEERING = frozenset({"agents", "claude", "copilot-instructions", "gemini", "prompt", "system"})
"""Texts that assistants obey: who changes them changes what is written next."""


def is_document(path: str) -> bool:
    """Whether the file is text or a picture for people. Hidden folders hold what tools obey, and a
    `.txt` may be a list of packages or a build's description, so neither is one."""
    place = PurePosixPath(path.lower())
    if any(part.startswith(".") for part in place.parts) or place.stem in STEERING:
        return False
    return place.suffix in WRITTEN | DRAWN or place.name in WITHOUT_SUFFIX


def alone(update: Update, merges: Iterable[Told]) -> bool:
    """Whether documents are all that an update brought, and that is told of all of it.

    `merges` are the pull requests that it landed: the merge commit that a forge made of one brings
    nothing of its own.
    """
    files = _of_commits(update, {one.commit for one in merges})
    if files is None:
        rows = (update.by, *merges) if not update.commits else ()
        files = next((row.files for row in rows if row.files), ())
    return bool(files) and all(map(is_document, files))


def _of_commits(update: Update, made: set[str | None]) -> tuple[str, ...] | None:
    """The files of every commit; none where one may be missing, None where no commit was told."""
    if not update.commits:
        return None
    if not is_whole(update):
        return ()
    found: list[str] = []
    for one in update.commits:
        forges = one.commit in made and OF_MERGE in one.message
        if not one.files and not forges:
            return ()
        found += one.files
    return tuple(found)
