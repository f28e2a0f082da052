"""What many requests ask for: most want a file of a repository, and are taken apart together."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.splitting import Splitting
from analytics.columnar.values import made, mapped
from analytics.hubtraffic.hub import Asked, asked
from analytics.hubtraffic.parts import OF_REQUEST, about, call, request

PAGE = "/resolve/"
ANY = ("revision", "file")  # stand for any other of these
OF_METHOD = (*OF_REQUEST[:4], "message")
OF = pa.scalar(" of ")


class Form(NamedTuple):
    """A way to write requests down.

    `split` finds `method` and `target` of what stands in usual ones; what it leaves means what
    `exact` says of it.
    """

    split: Callable[[Splitting], None]
    exact: Callable[[str | None], tuple[str | None, ...]]


def columns(texts: pa.Array, form: Form) -> dict[str, pa.Array]:
    """The columns of `OF_REQUEST`."""
    coded = pc.dictionary_encode(texts, null_encoding="encode")
    usual = Splitting("request", coded.dictionary)
    form.split(usual)
    files = _of_files(usual)
    others = np.setdiff1d(np.arange(len(coded.dictionary)), usual.rows, assume_unique=True)
    rest = made(coded.dictionary.take(pa.array(others)), OF_REQUEST, form.exact)
    found = np.argsort(np.concatenate([usual.rows, others]))
    places = pa.array(found).take(coded.indices)
    return {
        name: pa.concat_arrays([files[name], column]).take(places) for name, column in rest.items()
    }


def _of_files(usual: Splitting) -> dict[str, pa.Array]:
    """Leaves the requests for a file by its page, and says what they tell."""
    usual.put("url", usual["target"])
    usual.split("target", PAGE, ("front", "revision"))
    usual.match("revision", r"^[^/?%]+/[^?%]*[^/?%]$")
    usual.cut("revision", "/", "file")
    for name, column in made(usual["front"], ("hf.repo", "hf.kind"), _of_front).items():
        usual.put(name, column)
    usual.leave(np.asarray(pc.is_valid(usual["hf.kind"])))
    file, repo = usual["file"], usual["hf.repo"]
    found = made(usual["method"], OF_METHOD, _of_method)
    found["message"] = pc.binary_join_element_wise(found["message"], file, OF, repo, "")
    return found | {
        "url.original": usual["url"],
        "hf.repo": repo,
        "hf.kind": usual["hf.kind"],
        "hf.revision": usual["revision"],
        "hf.path": file,
        "hf.format": mapped(file, lambda path: Asked("", path=path).format, pa.string()),
        "file.hash.sha256": pa.nulls(len(file), pa.string()),
    }


def _of_front(front: str) -> tuple[str | None, str | None]:
    """Repository and its kind of what stands before a page, where this does name a file."""
    told = asked(front + PAGE + "/".join(ANY))
    is_file = told.verb == "page" and (told.revision, told.path) == ANY
    return (told.repo, told.kind) if is_file else (None, None)


def _of_method(method: str) -> tuple[str | None, ...]:
    """What a request for a file by this method is, and how its message begins."""
    category, kind, action, named, _, message, *_ = about(method, "", Asked("", verb="page"))
    return category, kind, action, named, message


def _line(requests: Splitting) -> None:
    requests.match("request", r"^[A-Z_-]+ [^ \\]+ HTTP/[^ \\]*$")
    requests.split("request", " ", ("method", "target", ""))


def _call(requests: Splitting) -> None:
    requests.match("request", "^[A-Z][A-Z_-]*[ |][^ |]+$")
    requests.put("request", pc.replace_substring(requests["request"], "|", " "))
    requests.split("request", " ", ("method", "target"))


FORMS = {"request": Form(_line, request), "call": Form(_call, call)}  # by the part of a line
