"""What somebody wants hidden, checked before it is looked at or kept."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.detection.columns import LABEL, known
from analytics.detection.exceptions import OBJECT, Condition, Exempt, How
from analytics.detection.packages import OF_LIST
from analytics.event import readable
from analytics.fields import BY_NAME, Kind
from analytics.findings import Severity
from analytics.identity import normalise
from auditapp.cases.investigation.fields import Wrong, worded
from auditapp.cases.models import Alert
from auditapp.cases.rules import rule_set
from auditapp.people.models import Person

LONGEST, FURTHEST_BACK = timedelta(days=180), timedelta(days=365)
LONGEST_REASON, LONGEST_VALUE, MOST_CONDITIONS = 2_000, 1_000, 5
SHORTEST_TEXT = 2  # characters of a value that are no wildcards
TEXTS = frozenset({Kind.KEYWORD, Kind.TEXT, Kind.KEYWORDS})
HOST = "host.name"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which alerts are to be hidden, and for how long; what is empty is not asked for."""

    begin: datetime
    expiry: datetime
    rule: str = ""
    account: str = ""
    person: str = ""
    conditions: tuple[Condition, ...] = ()

    @property
    def exempt(self) -> Exempt:
        """What it would hide, were it approved."""
        return Exempt(
            id=0,
            begin=self.begin,
            end=self.expiry,
            rule=self.rule,
            account=self.account,
            person=self.person,
            conditions=self.conditions,
            approved=True,
        )

    @property
    def needs_second(self) -> bool:
        """Whether a second person must approve: where alerts of critical severity are among it."""
        return not self.rule or self.rule in critical_rules()


def checked(
    told: Mapping[str, str], conditions: Iterable[Condition], span: tuple[datetime, datetime]
) -> Wanted:
    """`told` has rule, account and person (an id), as far as they are asked for. Raises Wrong."""
    rule, person = told.get("rule", ""), told.get("person", "")
    if rule and rule not in known_rules():
        raise Wrong("there is no such rule")
    if person and not Person.objects.filter(pk=person, merged_into=None).exists():
        raise Wrong("nobody is known by that id")
    asked = tuple(_condition(each) for each in conditions)
    if len(asked) > MOST_CONDITIONS:
        raise Wrong(f"more than {MOST_CONDITIONS} values are too many")
    account = _account(told.get("account", ""))
    if not (rule or person or account or asked):
        raise Wrong("everything would be hidden: name a rule, somebody, a host or a value")
    return Wanted(
        begin=span[0],
        expiry=span[1],
        rule=rule,
        person=person,
        account=account,
        conditions=asked,
    )


def check_span(begin: datetime, expiry: datetime, now: datetime) -> None:
    """Raises Wrong where it is over already, or longer than anybody may say."""
    if expiry <= now:
        raise Wrong("it would be over already")
    if expiry > now + LONGEST:
        raise Wrong(f"nobody may say for longer than {LONGEST.days} days what is expected")
    if begin >= expiry:
        raise Wrong("it would end before it begins")
    if begin < now - FURTHEST_BACK:
        raise Wrong(f"it may reach back {FURTHEST_BACK.days} days at most")


def reasoned(reason: str) -> str:
    """The reason as it is kept. Raises Wrong without one."""
    return worded(reason, LONGEST_REASON, "an exception needs a reason")


def known_rules() -> dict[str, str]:
    """Titles of the rules in force and of those that raised alerts once, by id."""
    once = Alert.objects.order_by("rule").values_list("rule", "title").distinct()
    return dict(once) | {rule.id: rule.title for rule in rule_set().detections}


def critical_rules() -> set[str]:
    """Ids of the rules that are or were of critical severity."""
    critical = Severity.CRITICAL
    once = Alert.objects.filter(severity=critical).order_by().values_list("rule", flat=True)
    return {rule.id for rule in rule_set().detections if rule.severity is critical} | set(
        once.distinct()
    )


def fields() -> list[str]:
    """The fields that a value may be asked of: the object, and texts of events."""
    return [OBJECT, *(name for name, each in BY_NAME.items() if each.kind in TEXTS)]


def _condition(asked: Condition) -> Condition:
    field, value = asked.field, readable(asked.value).strip()
    if field != OBJECT and not _has_texts(field):
        raise Wrong(f"there is no field {field[:100]} that holds texts")
    if not value:
        raise Wrong(f"{field} needs a value")
    if len(value) > LONGEST_VALUE:
        raise Wrong(f"a value has at most {LONGEST_VALUE} characters")
    text = value.replace("*", "").replace("?", "") if asked.how is How.LIKE else value
    if asked.how is not How.EQUALS and len(text) < SHORTEST_TEXT:
        raise Wrong(f"{value} would hide nearly everything: say more of it")
    return Condition(field, asked.how, value)


def _has_texts(field: str) -> bool:
    if field.startswith(LABEL):
        return len(field) <= LONGEST_VALUE
    if field in OF_LIST:  # only rules are told what is known of packages
        return False
    return known(field) and (field not in BY_NAME or BY_NAME[field].kind in TEXTS)


def _account(text: str) -> str:
    try:
        return normalise(text) if text else ""
    except ValueError as error:
        raise Wrong(str(error)) from error
