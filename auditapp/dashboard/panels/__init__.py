"""One figure a file: the file name is the panel's name."""
