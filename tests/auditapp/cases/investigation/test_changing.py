"""Cases are opened, filled, decided; nothing is lost, overwritten or left out of the history."""

import pytest

from auditapp.accounts.models import Role, User
from auditapp.cases.investigation import changing, fields
from auditapp.cases.investigation.changing import Evidence, Matter, Overtaken
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.investigation.models import Case, CaseChange, Decision, Note, State, Tlp
from tests.auditapp.dashboard.organisation import HOSTILE, Site

WANTED = {"title": "Jobs killed", "severity": "high"}


def opened(by: User, **matter: object) -> Case:
    """A case that is open."""
    return changing.open_case(WANTED, Matter(**matter), by)  # type: ignore[arg-type]


def told(case: Case) -> list[tuple[str, str, str]]:
    """What its history says."""
    return list(case.changes.values_list("what", "before", "after"))


def test_a_case_is_opened_with_its_alerts_and_those_behind_them(site: Site, ines: User) -> None:
    alerts = [site.alert("e2"), site.alert("g1", account="unix:ben"), site.alert("x", account=None)]
    case = opened(ines, alerts=alerts)
    assert (case.number, case.state, case.tlp, case.opened_by) == (
        *(f"C-{case.pk}", "open", "amber", "ines"),
    )
    assert [row.alert for row in case.alerts.all()] == alerts
    assert [row.person for row in case.people.all()] == ["p001", "p/2"]
    assert [what for what, _, _ in told(case)] == ["opened", *["alert"] * 3, *["person"] * 2]


@pytest.mark.parametrize(
    "wanted",
    [
        {"title": " \n "},
        {"title": "x" * 201},
        {"severity": "huge"},
        {"tlp": "white"},
        {"assignee": "nobody-known"},
        {"assignee": "udo"},
        {"assignee": "gone"},
    ],
)
def test_what_makes_no_sense_opens_nothing(ines: User, wanted: dict[str, str]) -> None:
    User.objects.create_user("udo", role=Role.AUDITOR)
    User.objects.create_user("gone", role=Role.ANALYST, is_active=False)
    with pytest.raises(Wrong):
        changing.open_case({**WANTED, **wanted}, Matter(), ines)
    assert not Case.objects.exists()


def test_an_edit_keeps_what_was_before_and_after(ines: User, irma: User) -> None:
    case = opened(ines)
    changing.edit(
        case.pk, 1, {"title": "Jobs  killed\nat night", "assignee": "irma", "tlp": "red"}, irma
    )
    changing.edit(case.pk, 2, {"assignee": "", "state": "on_hold"}, ines)
    case.refresh_from_db()
    assert (case.title, case.version, case.assignee) == ("Jobs killed at night", 3, None)
    assert told(case)[1:] == [
        ("title", "Jobs killed", "Jobs killed at night"),
        ("tlp", "amber", "red"),
        ("assignee", "", "irma"),
        ("state", "open", "on_hold"),
        ("assignee", "irma", ""),
    ]
    assert list(case.changes.values_list("author", flat=True)) == [
        *("ines", "irma", "irma", "irma", "ines", "ines")
    ]


def test_an_edit_that_changes_nothing_leaves_no_trace(ines: User) -> None:
    case = opened(ines)
    before = case.updated
    assert changing.edit(case.pk, 1, {"title": "Jobs killed"}, ines).version == 1
    case.refresh_from_db()
    assert case.updated == before


def test_nobody_overwrites_what_a_colleague_changed_meanwhile(ines: User, irma: User) -> None:
    case = opened(ines)
    changing.edit(case.pk, 1, {"severity": "low"}, irma)
    with pytest.raises(Overtaken) as met:
        changing.edit(case.pk, 1, {"severity": "critical"}, ines)
    assert [(one.author, one.what, one.after) for one in met.value.changes] == [
        ("irma", "severity", "low")
    ]
    assert fields.untouched({"severity": "high", "title": "x"}, met.value.changes) == {"severity"}
    assert fields.untouched({"severity": "medium"}, met.value.changes) == set()
    for late in (
        lambda: changing.decide(case.pk, 1, "confirmed", "seen it", ines),
        lambda: changing.reopen(case.pk, 1, ines),
    ):
        with pytest.raises(Overtaken):
            late()
    case.refresh_from_db()
    assert (case.severity, case.state) == ("low", State.OPEN)


def test_who_was_overtaken_is_told_of_every_field_and_nothing_else(
    site: Site, ines: User, irma: User
) -> None:
    case = opened(ines)
    changing.edit(case.pk, 1, {"state": "on_hold"}, ines)
    changing.edit(case.pk, 2, {"severity": "low", "tlp": "red", "title": "New"}, irma)
    changing.write(case.pk, "a note", irma)
    changing.edit(case.pk, 3, {"severity": "medium"}, irma)
    with pytest.raises(Overtaken) as met:
        changing.edit(case.pk, 2, {"severity": "high"}, ines)
    assert [one.what for one in met.value.changes] == ["title", "severity", "tlp", "severity"]
    wanted = {"severity": "high", "tlp": "amber", "title": "Mine"}
    assert fields.untouched(wanted, met.value.changes) == {"severity", "tlp"}


def test_notes_and_evidence_of_a_colleague_are_in_nobodys_way(
    site: Site, ines: User, irma: User
) -> None:
    case = opened(ines)
    changing.write(case.pk, "called the owner", irma)
    changing.add(case.pk, Matter(evidence=[Evidence(event="e1", time=site.now)]), irma)
    assert changing.edit(case.pk, 1, {"severity": "low"}, ines).severity == "low"


def test_a_decision_needs_a_reason_and_closes(ines: User) -> None:
    case = opened(ines)
    for decision, reason in (("confirmed", " "), ("guilty", "x"), ("confirmed", "x" * 2001)):
        with pytest.raises(Wrong):
            changing.decide(case.pk, 1, decision, reason, ines)
    closed = changing.decide(case.pk, 1, Decision.CONFIRMED, "seen\r\nit", ines)
    assert (closed.state, closed.reason, closed.closed_by) == (State.CLOSED, "seen\nit", "ines")
    assert closed.closed
    for late in (
        lambda: changing.decide(case.pk, 2, Decision.UNFOUNDED, "no", ines),
        lambda: changing.edit(case.pk, 2, {"severity": "low"}, ines),
        lambda: changing.add(case.pk, Matter(people=["p001"]), ines),
        lambda: changing.remove(case.pk, "person", "p001", ines),
    ):
        with pytest.raises(Wrong):
            late()


def test_a_case_that_is_opened_again_keeps_what_was_decided_in_its_history(ines: User) -> None:
    case = opened(ines)
    changing.decide(case.pk, 1, Decision.UNFOUNDED, "a test", ines)
    again = changing.reopen(case.pk, 2, ines)
    assert (again.state, again.decision, again.reason, again.closed) == (
        *(State.INVESTIGATING, "", "", None),
    )
    assert ("reason", "a test", "") in told(case)
    with pytest.raises(Wrong):
        changing.reopen(case.pk, 3, ines)


def test_what_is_added_twice_stands_once_and_what_is_taken_out_is_remembered(
    site: Site, ines: User
) -> None:
    alert = site.alert("e2")
    matter = Matter(
        alerts=[alert], people=["p/2"], evidence=[Evidence(event="e1", time=site.now, why=HOSTILE)]
    )
    case = opened(ines)
    assert changing.add(case.pk, matter, ines) == 4  # the alert's person, too
    assert changing.add(case.pk, matter, ines) == 0
    assert changing.remove(case.pk, "alert", str(alert.pk), ines)
    assert changing.remove(case.pk, "person", "p/2", ines)
    assert changing.remove(case.pk, "event", "e1", ines)
    for key in ("e1", "\N{SUPERSCRIPT TWO}", "9" * 40):
        assert not changing.remove(case.pk, "alert", key, ines)
    with pytest.raises(Wrong):
        changing.remove(case.pk, "title", "x", ines)
    assert told(case)[-3:] == [
        ("alert", str(alert.pk), ""),
        ("person", "p/2", ""),
        ("event", "e1", ""),
    ]


def test_every_change_stamps_the_case(site: Site, ines: User) -> None:
    case = opened(ines)
    stamps = [case.updated]
    for change in (
        lambda: changing.write(case.pk, "a note", ines),
        lambda: changing.add(case.pk, Matter(people=["p001"]), ines),
        lambda: changing.remove(case.pk, "person", "p001", ines),
        lambda: changing.edit(case.pk, 1, {"tlp": Tlp.GREEN}, ines),
        lambda: changing.decide(case.pk, 2, "unfounded", "no", ines),
    ):
        change()
        case.refresh_from_db()
        stamps.append(case.updated)
    assert stamps == sorted(set(stamps))


def test_what_was_written_stays_as_it_was_written(ines: User) -> None:
    case = opened(ines)
    note = changing.write(case.pk, "as it was", ines)
    note.text = "otherwise"
    with pytest.raises(TypeError):
        note.save()
    with pytest.raises(TypeError):
        note.delete()
    for rows in (Note.objects.all(), CaseChange.objects.all()):
        with pytest.raises(TypeError):
            rows.update(author="somebody else")
        with pytest.raises(TypeError):
            rows.delete()
    assert Note.objects.get().text == "as it was"


@pytest.mark.parametrize("text", ["", " \r\n", "x" * 20_001])
def test_a_note_has_words_but_not_too_many(ines: User, text: str) -> None:
    with pytest.raises(Wrong):
        changing.write(opened(ines).pk, text, ines)


def test_who_left_may_keep_a_case_in_hand_until_it_is_given_to_somebody(
    ines: User, irma: User
) -> None:
    case = opened(ines)
    changing.edit(case.pk, 1, {"assignee": "irma"}, ines)
    User.objects.filter(pk=irma.pk).update(is_active=False)
    assert changing.edit(case.pk, 2, {"severity": "low", "assignee": "irma"}, ines).assignee == irma
    changing.edit(case.pk, 3, {"assignee": "ines"}, ines)
    with pytest.raises(Wrong):
        changing.edit(case.pk, 4, {"assignee": "irma"}, ines)
