"""Verdicts of review: kept by day, followed when late events change them, counted into shares."""
