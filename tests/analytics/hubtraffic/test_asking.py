"""What many requests ask for is what each of them asks for."""

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.hubtraffic.asking import FORMS, columns
from analytics.hubtraffic.parts import OF_REQUEST

FRONTS = ["", "/", "/lab", "/lab/llm", "/datasets/lab/corpus", "/models/llm", "/buckets/lab/b"]
FRONTS += ["/repository/hf", "/repository/hf/lab/llm", "/artifactory/api/huggingfaceml/hf/lab/llm"]
FRONTS += ["http://hub/lab/llm", "a://", "/api/models/lab/llm", "/lab/llm.git", "/lab/l%6Cm", "/?a"]
FRONTS += ["/api/resolve-cache/models/lab/llm"]
MIDDLES = ["/resolve/", "/resolve/", "/resolve/", "/blob/", "/resolve", "/"]
REVISIONS = ["main", "", "refs%2Fpr%2F4", "0" * 40, "a:b", "://", "é"]
ENDS = ["/config.json", "/data/x.SAFETENSORS", "/x.git/info/lfs", "/a?download=true", "/"]
ENDS += ["", "//a", "/a/", "/a/resolve/b", "/api/models", "/tr%20ain.bin", "/a b", "/a|b"]
ENDS += ["/a\\x22b", "/é\n"]
TARGETS = st.tuples(*map(st.sampled_from, (FRONTS, MIDDLES, REVISIONS, ENDS))).map("".join)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "M-SEARCH", "get", "G3T", "_", "-", ""])
LINES = st.tuples(METHODS, st.just(" "), TARGETS, st.sampled_from([" HTTP/1.1", " HTTP/", "", " "]))
CALLS = st.tuples(METHODS, st.sampled_from([" ", "|", "||", ""]), TARGETS)


@pytest.mark.parametrize(("form", "texts"), [("request", LINES), ("call", CALLS)])
@settings(deadline=None, max_examples=200)
@given(data=st.data())
def test_many_requests_tell_what_each_of_them_tells(
    form: str, texts: st.SearchStrategy[tuple[str, ...]], data: st.DataObject
) -> None:
    asked = data.draw(st.lists(st.none() | texts.map("".join), min_size=1, max_size=20))
    found = columns(pa.array(asked, pa.string()), FORMS[form])
    assert tuple(found) == OF_REQUEST
    rows = list(zip(*(column.to_pylist() for column in found.values()), strict=True))
    assert rows == [FORMS[form].exact(text) for text in asked]
