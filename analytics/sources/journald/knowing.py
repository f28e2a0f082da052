"""What systemd knows of the processes behind many entries, beside what these say."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.values import joined, labelled, mapped
from analytics.columnar.values import known as known_texts
from analytics.event import Context
from analytics.fields import BY_NAME
from analytics.sources.journald.rows import LABELS, LOGIN, OWN_LABELS, UNSET, Known, severity_of
from analytics.syslogging.forms import LONGEST_LABEL, OF_ROOT, UNTOLD

NOT_TOLD = pa.array([UNTOLD, OF_ROOT])
NOT_SET = pa.array(sorted(UNSET))
NO_TEXT = pa.scalar(None, pa.string())
Columns = Mapping[str, pa.Array]


def completed(
    said: Columns, known: Sequence[Known], codes: Any, fields: pa.Table, context: Context
) -> Columns:
    """The columns of what messages tell, as `row_of` completes a row; `codes` are in `known`."""
    places = pa.array(codes)

    def of_known(make: Callable[[Known], Any], kind: pa.DataType | None = None) -> pa.Array:
        return pa.array(map(make, known), kind or pa.string()).take(places)

    def told(name: str) -> pa.Array:
        return said.get(name, pa.nulls(len(codes), BY_NAME[name].arrow))

    def field(name: str) -> pa.Array:
        return fields[name].combine_chunks()

    logins = of_known(lambda one: one.login_account(context.realm))
    basis, account, user = told("actor.basis"), told("actor.account"), told("user.name")
    untold = pc.and_(account.is_null(), pc.or_(basis.is_null(), pc.is_in(basis, NOT_TOLD)))
    snoopy = of_known(lambda one: one.is_snoopy, pa.bool_())
    by_login = pc.and_(pc.or_(untold, snoopy), logins.is_valid())
    own = pc.or_(of_known(lambda one: one.uid != "0", pa.bool_()), user.is_null())
    uids = pc.if_else(own, of_known(lambda one: one.uid), NO_TEXT)
    claimed = of_known(lambda one: one.claimed, pa.bool_())
    executables = of_known(lambda one: one.executable)
    here = pa.scalar(context.host, pa.string())
    return {
        **said,
        "process.name": pc.if_else(claimed, of_known(lambda one: one.name), told("process.name")),
        "actor.account": pc.if_else(by_login, logins, account),
        "actor.basis": pc.if_else(by_login, LOGIN, basis),
        "user.id": pc.coalesce(told("user.id"), uids),
        "process.executable": pc.coalesce(told("process.executable"), executables),
        "process.command_line": pc.coalesce(told("process.command_line"), field("_CMDLINE")),
        "host.name": pc.coalesce(known_texts(field("_HOSTNAME")), here),
        "labels": joined(said["labels"], _labels(field, of_known)),
    }


def _labels(field: Callable[[str], pa.Array], of_known: Callable[..., pa.Array]) -> pa.Array:
    added = {"severity": mapped(field("PRIORITY"), severity_of, pa.string())}
    for theirs, name in LABELS.items():
        texts = field(theirs)
        added[name] = pc.if_else(pc.is_in(texts, NOT_SET), NO_TEXT, texts)
    for name in OWN_LABELS:
        added[name] = of_known(partial(_label, name))
    return labelled(added, nothing="", longest=LONGEST_LABEL)


def _label(name: str, one: Known) -> str | None:
    return dict(one.labels).get(name)
