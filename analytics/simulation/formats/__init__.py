"""The log formats as the real tools write them, one file each."""
