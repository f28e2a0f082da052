"""Correlations while logs come in: keeps hits, and asks of each stretch of time with new ones."""
