from dataclasses import replace
from typing import Any

from analytics.fields import BY_NAME
from analytics.findings import Finding
from analytics.governance import review
from analytics.identity import Link, Use
from tests.analytics.laboratory import DAY, DIRECTORY, EMPTY, SITE, event, push, table

Row = dict[str, Any]


def found(*rows: Row) -> list[Finding]:
    """What review has to say about a day."""
    events = table(*rows).select(review.COLUMNS)
    return review.find(DAY.date(), events, SITE, EMPTY)


def merged(by: str, author: str, number: int = 7, **more: Any) -> Row:
    """A pull request that became part of main of lab/trainlib."""
    return event(
        event__action="pull_request.merged",
        actor__account=f"github:{by}",
        git__repository="lab/trainlib",
        git__branch="main",
        git__author=f"github:{author}",
        git__pull_request=number,
        git__commit="m1",
        **more,
    )


def opened(by: str, number: int = 7) -> Row:
    """A new pull request."""
    return event(
        event__action="pull_request.opened",
        actor__account=f"github:{by}",
        git__repository="lab/trainlib",
        git__pull_request=number,
    )


def approved(by: str, number: int = 7) -> Row:
    """Somebody's approval of a pull request."""
    return event(
        event__action="pull_request_review.approved",
        actor__account=f"github:{by}",
        git__repository="lab/trainlib",
        git__pull_request=number,
    )


def test_its_columns_are_fields() -> None:
    assert set(review.COLUMNS) <= BY_NAME.keys()


def test_a_day_without_code_says_nothing() -> None:
    assert found() == []
    assert found(event(actor__account="github:mal")) == []


def test_work_that_another_person_approved_says_nothing() -> None:
    landed = (merged("mal", "mal"), push("mal", git__commit="m1"))
    assert found(opened("mal"), approved("bob-lab"), *landed) == []
    assert found(opened("mal"), merged("mal", "mal", git__reviewers=["github:bob-lab"])) == []
    assert found(opened("mal"), merged("bob-lab", "mal")) == []


def test_what_may_have_been_approved_on_an_earlier_day_says_nothing() -> None:
    assert found(merged("mal", "mal"), push("mal", git__commit="m1")) == []


def test_a_push_straight_to_a_protected_branch_goes_around_review() -> None:
    (one,) = found(
        opened("bob-lab"), push("mal", git__commit="a"), push("mal-two", git__commit="b")
    )
    assert (one.id, one.person) == ("pushed_around_review", "mallory")
    assert one.sentence == (
        "pushed 2 times straight to main of lab/trainlib, without a reviewed pull request"
        "; how others land changes there is hardly known"
    )
    assert one.resource == "lab/trainlib"


def test_where_no_pull_request_is_ever_told_of_a_push_accuses_nobody() -> None:
    assert found(push("mal")) == []


def test_an_ordinary_branch_needs_no_review() -> None:
    ordinary = push("mal", git__branch="fix", git__protected=False)
    assert found(opened("bob-lab"), ordinary) == []


def test_the_default_branch_is_known_by_its_label_or_by_its_usual_name() -> None:
    trunk = {"git__branch": "trunk", "git__protected": None}

    def pushed(**more: Any) -> int:
        return len(found(opened("bob-lab"), push("mal", **more)))

    assert pushed(**trunk, labels={"default_branch": "trunk"}) == 1
    assert pushed(**trunk, labels={"default_branch": "true"}) == 1
    assert pushed(**trunk, labels={"default_branch": "main"}) == 0
    assert pushed(git__protected=None) == 1


def test_ones_own_repository_is_ones_own_business() -> None:
    def pushed(repository: str) -> int:
        opening = opened("carol") | {"git.repository": repository}
        return len(found(opening, push("mal", git__repository=repository)))

    assert pushed("Mal/dotfiles") == 0
    assert pushed("bob-lab/dotfiles") == 1


def test_a_second_account_is_no_second_person() -> None:
    (one,) = found(opened("mal"), approved("mal-two"), merged("mal", "mal"))
    assert one.id == "approved_by_second_account"
    assert one.sentence == (
        "got an own pull request into main of lab/trainlib that only another account of the same "
        "person approved"
    )
    (two,) = found(opened("mal"), merged("mal-two", "mal"))
    assert (two.id, two.person) == ("merged_own_work", "mallory")
    assert two.sentence == (
        "merged an own pull request into main of lab/trainlib that nobody else was seen to approve"
    )


def test_an_approval_of_another_pull_request_does_not_count() -> None:
    (one,) = found(opened("mal"), approved("bob-lab", number=8), merged("mal", "mal"))
    assert one.id == "merged_own_work"


def test_an_approver_nobody_knows_is_given_the_benefit_of_the_doubt() -> None:
    assert found(opened("mal"), merged("mal", "mal", git__reviewers=["github:visitor"])) == []
    assert found(opened("mal"), approved("visitor"), merged("mal", "mal")) == []


def test_rewriting_shared_history_is_one_finding_and_not_two() -> None:
    (one,) = found(push("mal", git__forced=True))
    assert one.id == "rewrote_shared_history"
    assert found(push("mal", git__forced=True, git__branch="fix", git__protected=False)) == []


def test_whoever_is_unknown_is_not_blamed() -> None:
    assert found(push("visitor"), opened("visitor"), merged("visitor", "visitor")) == []


def test_nobody_reviews_the_work_of_their_own_agent_or_with_their_own_bot() -> None:
    links = (
        Link(account="github:mal-agent", person="mallory", use=Use.AGENT),
        Link(account="github:mal-bot", person="mallory", use=Use.BOT),
        Link(account="github:olga-bot", person="olga", use=Use.BOT),
    )
    directory = replace(DIRECTORY, links=(*DIRECTORY.links, *links))

    def merged_alone(author: str, approver: str) -> bool:
        rows = (opened(author), approved(approver), merged("mal", author))
        events = table(*rows).select(review.COLUMNS)
        findings = review.find(DAY.date(), events, replace(SITE, directory=directory), EMPTY)
        alone = {"merged_own_work", "approved_by_second_account"}
        return bool(alone & {finding.id for finding in findings})

    assert merged_alone("mal-agent", "mal")
    assert merged_alone("mal", "mal-agent")
    assert merged_alone("mal", "mal-bot")
    assert not merged_alone("mal", "olga-bot")
    assert not merged_alone("mal-agent", "bob-lab")


def test_what_a_bot_does_for_somebody_is_their_work() -> None:
    by_bot = {"actor__account": "github:robot", "actor__on_behalf_of": "github:mal"}
    opening = event(
        **by_bot,
        event__action="pull_request.opened",
        git__repository="lab/trainlib",
        git__pull_request=7,
    )
    assert [finding.person for finding in found(opening, merged("mal", "mal"))] == ["mallory"]
