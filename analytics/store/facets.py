"""The most frequent values of fields, as DuckDB is asked for them."""

# ruff: noqa: S608 (only names of fields and numbers are put in; values are parameters)

from collections.abc import Mapping, Sequence

from analytics.fields import BY_NAME, Kind
from analytics.store.base import Question
from analytics.store.sql import Ask, column, where
from analytics.store.values import keyword

Counted = list[tuple[str, int]]


def facets(ask: Ask, question: Question, fields: Sequence[str], size: int) -> Mapping[str, Counted]:
    """See EventStore. Fields with one value are counted in one pass over the events."""
    single = [field for field in fields if _kind(field) is Kind.KEYWORD]
    counted = _together(ask, question, single, size) if single else {}
    return {
        field: counted[field] if field in counted else _listed(ask, question, field, size)
        for field in fields
    }


def _together(ask: Ask, question: Question, fields: Sequence[str], size: int) -> dict[str, Counted]:
    names = [column(field) for field in fields]
    condition, values = where(question)
    rows = ask(
        f"""SELECT place, value, count FROM (
            SELECT {_placed(names)} AS place, coalesce({", ".join(names)}) AS value,
                count(*) AS count
            FROM {{}} WHERE {condition}
            GROUP BY GROUPING SETS ({", ".join(f"({name})" for name in names)}))
        WHERE value IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY place ORDER BY count DESC, value) <= {int(size)}
        ORDER BY place, count DESC, value""",
        values,
        question,
    )
    found: dict[str, Counted] = {field: [] for field in fields}
    for row in rows.to_pylist():
        found[fields[row["place"]]].append((row["value"], row["count"]))
    return found


def _listed(ask: Ask, question: Question, field: str, size: int) -> Counted:
    condition, values = where(question)
    each = f"unnest(list_distinct({column(field)}))"
    table = ask(
        f"""SELECT value, count(*) AS count
        FROM (SELECT {each} AS value FROM {{}} WHERE {condition})
        WHERE value IS NOT NULL
        GROUP BY value ORDER BY count DESC, value LIMIT {int(size)}""",
        values,
        question,
    )
    return list(zip(table["value"].to_pylist(), table["count"].to_pylist(), strict=True))


def _kind(field: str) -> Kind:
    return BY_NAME[keyword(field, Kind.KEYWORD, Kind.KEYWORDS)].kind


def _placed(names: Sequence[str]) -> str:
    """Which of these columns a row of grouping sets is about; each set is one of them."""
    told = (f"WHEN grouping({name}) = 0 THEN {place}" for place, name in enumerate(names))
    return f"CASE {' '.join(told)} END"
