"""Stories of insiders, one file each; the file's name is the scenario's."""
