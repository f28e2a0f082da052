#!/usr/bin/env python3
"""The command line of Foureyes."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
    execute_from_command_line(sys.argv)
