"""Syslog and what programs say in it, whichever file or journal brings their lines."""
