"""Sends one request of events to an index or an alias of one."""

from elasticsearch import ApiError

from analytics.store.base import StoreUnavailable
from analytics.store.elastic import bulk
from analytics.store.elastic.bulk import BUSY, Fate, Outcome, Request
from analytics.store.elastic.connection import Connection
from analytics.store.elastic.writing import TooLarge


def send(
    connection: Connection, index: str, request: Request, *, is_alias: bool = True
) -> list[Outcome]:
    """The outcome of each event, in order. Raises TooLarge, and StoreUnavailable for whatever is
    no fault of an event."""
    try:
        answer = (
            connection.client()
            .options(max_retries=0)
            .bulk(
                index=index,
                operations=request.body,  # type: ignore[arg-type]  # bytes go out as they are
                require_alias=is_alias,
                filter_path=bulk.ANSWERED,
            )
        )
    except ApiError as error:
        if error.status_code == bulk.TOO_LARGE:
            raise TooLarge from error
        if error.status_code in BUSY:
            return [Outcome(Fate.BUSY, str(error))] * len(request.rows)
        raise StoreUnavailable(str(error)) from error
    return bulk.answered(answer, len(request.rows))
