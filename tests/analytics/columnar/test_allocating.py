"""Who gives Arrow its memory."""

import pyarrow as pa
import pytest

from analytics.columnar.allocating import frugally


def test_the_usual_allocator_is_back_afterwards_whatever_happens() -> None:
    usual = pa.default_memory_pool().backend_name
    with pytest.raises(KeyError), frugally():
        held = pa.array(range(1000))
        raise KeyError
    assert pa.default_memory_pool().backend_name == usual
    assert held.to_pylist() == list(range(1000))
