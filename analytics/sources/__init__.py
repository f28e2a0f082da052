"""Log sources, one format a file. A file's constant SOURCE says how to recognise and read it."""
