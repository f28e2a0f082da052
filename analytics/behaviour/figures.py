"""Numbers as people read them: '14', '0.1', '3.2 GB'."""

STEPS = ("bytes", "kB", "MB", "GB", "TB", "PB")


def readable(value: float, unit: str) -> str:
    """A number that is not negative, with its unit only where that scales: bytes."""
    if unit != "bytes":
        return _number(value)
    step = 0
    while value >= 999.5 and step < len(STEPS) - 1:
        value, step = value / 1000, step + 1
    return f"{_number(value)} {STEPS[step]}"


def _number(value: float) -> str:
    """Whole from ten on, else to a tenth; never '0' for what is more."""
    if 0 < value < 0.05:
        return "under 0.1"
    if value >= 9.95 or value == round(value):
        return f"{round(value):,}"
    return f"{value:.1f}"
