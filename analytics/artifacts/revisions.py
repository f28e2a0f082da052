"""Compares a repository's revisions: chat templates that changed while the weights did not."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from analytics.artifacts.inspecting import Inspected, is_template_file
from analytics.artifacts.places import Place
from analytics.artifacts.verdict import Finding, Verdict

WEIGHTS = frozenset({"safetensors", "gguf", "pickle", "keras", "onnx"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file that was read; `changed` is when its bytes were written, in ns, `renamed` says that
    they are not those by which it is named."""

    place: Place
    found: Inspected
    changed: int
    renamed: bool = False


def changed_alone(files: Sequence[Read]) -> dict[Place, Finding]:
    """The files of one repository whose chat template is new though the weights are the same as
    in the revision before. The order of revisions is that of their template files' times, those
    that a branch stands for last."""
    revisions: dict[str, dict[str, Read]] = defaultdict(dict)
    for file in files:
        if file.place.revision and file.place.inside:
            revisions[file.place.revision][file.place.inside] = file
    ordered = sorted(revisions, key=lambda revision: _age(revision, revisions[revision]))
    found: dict[Place, Finding] = {}
    for number, revision in enumerate(ordered):
        for before in reversed(ordered[:number]):
            new, old = revisions[revision], revisions[before]
            if _same_weights(new, old):
                detail = f"differs from revision {before[:12]}, whose weights are the same"
                finding = Finding("template_changed_alone", Verdict.SUSPICIOUS, detail)
                found |= dict.fromkeys(_changed(new, old), finding)
                break
    return found


def _age(revision: str, files: Mapping[str, Read]) -> tuple[int, bool, str]:
    times = [file.changed for inside, file in files.items() if is_template_file(inside)]
    referred = any(file.place.refs for file in files.values())
    return max(times, default=0), referred, revision


def _weights(files: Mapping[str, Read]) -> dict[str, str]:
    return {
        inside: file.found.outcome.weights or file.found.sha256
        for inside, file in files.items()
        if file.found.outcome.format in WEIGHTS
    }


def _same_weights(new: Mapping[str, Read], old: Mapping[str, Read]) -> bool:
    """Whether some weights are in both, and none differ."""
    now, then = _weights(new), _weights(old)
    both = now.keys() & then.keys()
    return bool(both) and all(now[inside] == then[inside] for inside in both)


def _changed(new: Mapping[str, Read], old: Mapping[str, Read]) -> list[Place]:
    """Files with a template that no file of the older revision has."""
    known = {print for file in old.values() for print in file.found.outcome.templates}
    return [
        file.place
        for inside, file in new.items()
        if (known or inside in old) and set(file.found.outcome.templates) - known
    ]
