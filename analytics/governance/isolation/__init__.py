"""Isolation: who acted on what belongs to somebody else."""

from analytics.governance.isolation.acts import CHECKS
from analytics.governance.isolation.exposure import exposure
from analytics.governance.isolation.finding import COLUMNS, find
from analytics.governance.isolation.matrix import matrix

__all__ = ["CHECKS", "COLUMNS", "exposure", "find", "matrix"]
