"""Readiness: what could be found with the logs that arrive, and what is needed for the rest."""
