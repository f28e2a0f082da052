#!/usr/bin/env python3
"""The command line of Foureyes."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")
    import django
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        settings.HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
        django.setup()
        from auditapp import installation

        installation.make_ready(sys.argv[1:])
    except (ImproperlyConfigured, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever read our answer has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
