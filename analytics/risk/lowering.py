"""What explains an alert and does not hide it: one severity lower, less sure, and why."""

from dataclasses import replace

from analytics.findings import Alert, Severity

LOWER = dict(zip(list(Severity)[1:], list(Severity), strict=False))


def lowered(alert: Alert, share: float, words: str) -> Alert:
    """The alert with that share of its confidence, and these words behind its title."""
    return replace(
        alert,
        severity=LOWER.get(alert.severity, alert.severity),
        confidence=alert.confidence * share,
        title=alert.title + words,
    )
