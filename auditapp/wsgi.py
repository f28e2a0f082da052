"""What a web server runs."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from auditapp import garbage

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")

if settings.SECRET_KEY == settings.NO_KEY:  # whoever reads the source could sign a session
    raise ImproperlyConfigured("SECRET_KEY or SECRET_KEY_FILE is needed")

application = get_wsgi_application()
garbage.collect_rarely()
