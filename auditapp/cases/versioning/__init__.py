"""Every version of every rule that was in force, so that an alert leads to the very one."""
