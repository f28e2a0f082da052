"""A mirror's access log in JSON, as nginx writes it by the `log_format` of docs/sources."""

from benchmarks.mirror import written

LINE = (
    '{{"time_iso8601":"{it.time:%Y-%m-%dT%H:%M:%S}+00:00","remote_addr":"{it.client}",'
    '"remote_user":"{it.user}","request_method":"{it.verb}","request_uri":"{it.path}",'
    '"status":{it.status},"body_bytes_sent":{it.size},"http_user_agent":"{it.agent}",'
    '"request_time":{seconds:.3f},"upstream_cache_status":"{cache}","host":"hub.lab.example"}}'
)


def generated(size: int, seed: int = 7) -> bytes:
    """So many requests."""
    return written(LINE, size, seed)
