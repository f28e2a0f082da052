"""Which tests one process runs where several run at once: those that share what is costly."""

import pytest
from xdist.scheduler import LoadScopeScheduling

TOGETHER = (
    "tests/end_to_end/test_from_line_to_score.py",
    "tests/browser/",
    "tests/end_to_end/test_production.py",
    "tests/auditapp/ingest/test_door.py",
    "tests/auditapp/ingest/test_shippers.py",
)
MINUTES = ("tests/long/", *TOGETHER, "tests/end_to_end/", "tests/auditapp/ingest/test_up.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that take minutes first, so that none is left to one process at the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    starts = map(item.nodeid.startswith, MINUTES)
    return next((place for place, found in enumerate(starts) if found), len(MINUTES))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    """In this order, and not those first of which most belong together."""
    config.option.loadscopereorder = False
    return Sharing(config, log)


class Sharing(LoadScopeScheduling):
    """What `--dist loadgroup` is for; its marks are without effect since pytest 9.2."""

    def _split_scope(self, nodeid: str) -> str:
        return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)
