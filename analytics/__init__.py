"""The domain: from a raw log line to a risk score with reasons. Plain Python, no web framework."""
