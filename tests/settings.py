"""Settings of the test run: everything lives in a folder that is gone afterwards."""

import atexit
import os
import shutil
import tempfile

_home = tempfile.mkdtemp(prefix="foureyes-test-")
atexit.register(shutil.rmtree, _home, ignore_errors=True)
os.environ["FOUREYES_HOME"] = _home
os.environ.setdefault("SECRET_KEY", "only-for-tests")
for _name in ("EVENT_STORE_URL", "CELERY_BROKER_URL"):
    os.environ.pop(_name, None)

from auditapp.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick sign-ins
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_AUTOREFRESH = True
# A file as in production: in memory, a second writer is refused at once instead of waiting.
DATABASES["default"]["TEST"] = {"NAME": f"{_home}/test.sqlite3"}  # noqa: F405
# What happens when processes are killed is tried with the application's own settings.
_quick = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
DATABASES["default"]["OPTIONS"]["init_command"] = _quick  # noqa: F405
