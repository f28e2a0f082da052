"""Log lines name their batch, and keep to themselves what the batch's log holds."""

import json
import logging
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from analytics import pipeline
from auditapp import logs
from auditapp.ingest import intake, work
from auditapp.logs import JsonFormatter, TextFormatter

SECRET = "curl -u root:hush https://example.org"


def record(formatter: logging.Formatter, error: Exception | None = None) -> str:
    """A line as it is written."""
    given = (type(error), error, error.__traceback__) if error else None
    made = logging.LogRecord("auditapp.x", logging.ERROR, "x.py", 1, "batch %s", ("b",), given)
    return formatter.format(made)


def broken() -> Exception:
    """An error that quotes a log, with an equally talkative cause."""
    try:
        try:
            int(SECRET)
        except ValueError as cause:
            raise RuntimeError(f"cannot read {SECRET}") from cause
    except RuntimeError as error:
        return error


def test_a_line_of_json_says_when_where_and_of_which_batch() -> None:
    with logs.about("4711"):
        said = json.loads(record(JsonFormatter()))
    assert (said["level"], said["logger"], said["message"]) == ("error", "auditapp.x", "batch b")
    assert (said["batch"], said["time"][-6:]) == ("4711", "+00:00")
    assert "batch" not in json.loads(record(JsonFormatter()))


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
def test_within_a_batch_an_error_is_told_by_type_and_place_only(
    formatter: logging.Formatter,
) -> None:
    error = broken()
    with logs.about("4711"):
        line = record(formatter, error)
    assert "hush" not in line
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "4711" in line
    assert "hush" in record(formatter, error)


@pytest.mark.django_db
def test_all_lines_of_a_batchs_way_name_it_and_none_its_text(
    tmp_path: Path,
    settings: Settings,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the door to an error in the middle of it, in which the raw line stands."""
    settings.SPOOL = tmp_path / "spool"
    written = logging.getLogger("auditapp")
    path = tmp_path / "own.log"
    handler = logging.FileHandler(path)
    handler.setFormatter(JsonFormatter())
    written.addHandler(handler)
    written.setLevel(logging.INFO)
    log = tmp_path / "history"
    log.write_text(f"#1767225600\n{SECRET}\n")

    def fails(*_: object, **__: object) -> object:
        raise ValueError(f"no event in {SECRET}")

    try:
        with log.open("rb") as file:
            batch = intake.accept(file, intake.Label(source="bash_history", user="a", host="b"))
        with monkeypatch.context() as patched:
            patched.setattr(pipeline, "take_in", fails)
            assert work.process(batch.id)
        type(batch).objects.update(lease_until=None)
        assert work.process(batch.id)
    finally:
        written.removeHandler(handler)
        written.setLevel(logging.NOTSET)
        handler.close()
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    messages = [line["message"] for line in lines]
    assert {line["batch"] for line in lines} == {str(batch.id)}
    assert messages[0].startswith("accepted ")
    assert any(message.endswith("failed") for message in messages)
    assert messages[-1] == "taken in: 1 events, 1 stored, 0 rejected"
    assert "hush" not in path.read_text()
