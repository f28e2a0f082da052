"""Exceptions: what hides expected alerts for a while, who says so, and until when."""
