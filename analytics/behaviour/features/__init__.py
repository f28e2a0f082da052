"""Behaviour features, one a file."""
