"""Logs read by the block and turned into columns: millions of lines have no time for rows."""
