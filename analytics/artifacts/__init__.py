"""Model files looked into without loading them: what they are, and what loading them would run."""
