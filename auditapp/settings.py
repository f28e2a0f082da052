"""Settings, all from the environment; nothing is opened or written here. See .env.example."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from auditapp.environment import flag, number, pairs, secret, text, words

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(text("FOUREYES_HOME", str(BASE_DIR / "var"))).resolve()

DEBUG = flag("DEBUG")
SECRET_KEY = secret("SECRET_KEY")
NO_KEY = "unsafe-until-first-start"  # no web server starts with it
if not SECRET_KEY:
    key_file = HOME / "secret_key"  # made by manage.py on the first start
    SECRET_KEY = key_file.read_text().strip() if key_file.exists() else NO_KEY
SECRET_KEY_FALLBACKS = secret("SECRET_KEY_FALLBACKS").split()  # still believed, never signed with
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")
SITE_URL = text("SITE_URL", "http://127.0.0.1:8000")
# Synthetic data: real names may be shown. `make demo` leaves the marker in its own folder.
DEMO = flag("FOUREYES_DEMO", (HOME / "synthetic").exists())

EVENT_STORE_URL = secret("EVENT_STORE_URL", (HOME / "lake").as_uri())
EVENT_STORE_API_KEY = secret("EVENT_STORE_API_KEY")
EVENT_STORE_CERTIFICATES = text("EVENT_STORE_CERTIFICATES")
EVENT_STORE_SHARDS = number("EVENT_STORE_SHARDS", 1)
EVENT_STORE_REPLICAS = number("EVENT_STORE_REPLICAS", -1)
SPOOL = HOME / "spool"
RULE_FOLDERS = [Path(folder) for folder in words("FOUREYES_RULES")]
WATCHLIST_FOLDERS = [Path(folder) for folder in words("FOUREYES_WATCHLISTS")]
WEIGHTS = Path(text("FOUREYES_WEIGHTS")) if text("FOUREYES_WEIGHTS") else None
CASES_A_DAY = number("FOUREYES_CASES_A_DAY", 5)
MAPPINGS = Path(text("FOUREYES_MAPPINGS", str(HOME / "mappings")))
MAX_BODY_BYTES = number("FOUREYES_MAX_BODY_BYTES", 1 << 30)
BODY_SECONDS = number("FOUREYES_BODY_SECONDS", 900)
BODIES = number("FOUREYES_BODIES", 12)
TOKEN_BODIES = number("FOUREYES_TOKEN_BODIES", 8)
TOKEN_REQUESTS_PER_MINUTE = number("FOUREYES_TOKEN_REQUESTS_PER_MINUTE", 0)
TOKEN_BYTES_PER_MINUTE = number("FOUREYES_TOKEN_BYTES_PER_MINUTE", 0)
TOKEN_BYTES_PER_DAY = number("FOUREYES_TOKEN_BYTES_PER_DAY", 0)
LAG_SECONDS = number("FOUREYES_LAG_SECONDS", 6 * 3600)
SPOOL_LIMIT_BYTES = number("FOUREYES_SPOOL_LIMIT_BYTES", 4 << 30)
SPOOL_RESERVE_BYTES = number("FOUREYES_SPOOL_RESERVE_BYTES", 256 << 20)
SPOOL_KEEP_DAYS = number("FOUREYES_SPOOL_KEEP_DAYS", 30)
SPOOL_KEEP_BYTES = number("FOUREYES_SPOOL_KEEP_BYTES", 20 << 30)
LEASE_SECONDS = number("FOUREYES_LEASE_SECONDS", 60)
BATCH_SECONDS = number("FOUREYES_BATCH_SECONDS", 2 * 3600)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "auditapp.operations",
    "auditapp.accounts",
    "auditapp.people",
    "auditapp.cases",
    "auditapp.ingest",
    "auditapp.outgoing",
    "auditapp.dashboard",
    "auditapp.reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "auditapp.ingest.protocols.elastic.RootMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "auditapp.accounts.policy.PolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "auditapp.urls"
WSGI_APPLICATION = "auditapp.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def database(url: str) -> dict[str, object]:
    """Django's settings for `sqlite:///path` or `postgresql://user:password@host:port/name`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.path),
            # The last connection that is closed writes the log into the database and removes it;
            # with one connection a request that took as long as all else a request does.
            "CONN_MAX_AGE": 60,
            "OPTIONS": {
                "timeout": 30,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgresql://")


DATABASES = {"default": database(secret("DATABASE_URL", f"sqlite:///{HOME / 'foureyes.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "auditapp.dashboard.finders.PlotlyFinder",
]
WHITENOISE_USE_FINDERS = True

SECURE_SSL_REDIRECT = flag("FOUREYES_HTTPS")
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # probes come past the proxy
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = flag("FOUREYES_HTTPS")
SECURE_HSTS_SECONDS = 31_536_000 if flag("FOUREYES_HTTPS") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = flag("FOUREYES_HTTPS")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("FOUREYES_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "auditapp.unavailable.answer",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Foureyes",
    "DESCRIPTION": "Insider-threat analytics for organisations that train AI models.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

CELERY_BROKER_URL = secret("CELERY_BROKER_URL", "filesystem://")

HF_ENDPOINT = text("HF_ENDPOINT", "https://huggingface.co")
HF_TOKEN = secret("HF_TOKEN")
HF_ORGANISATIONS = words("HF_ORGANISATIONS")
WEBHOOKS = {
    "github": pairs("FOUREYES_WEBHOOKS_GITHUB"),
    "gitlab": pairs("FOUREYES_WEBHOOKS_GITLAB"),
    "gitea": pairs("FOUREYES_WEBHOOKS_GITEA"),
    "huggingface": pairs("FOUREYES_WEBHOOKS_HUGGINGFACE"),
}

OUTGOING_HTTP = flag("FOUREYES_OUTGOING_HTTP")
OUTGOING_ALLOWED = words("FOUREYES_OUTGOING_ALLOWED")
OUTGOING_CERTIFICATES = text("FOUREYES_OUTGOING_CERTIFICATES")

LDAP_URL = text("LDAP_URL")
LDAP_BASE = text("LDAP_BASE")
LDAP_BIND = text("LDAP_BIND")
LDAP_PASSWORD = secret("LDAP_PASSWORD")
LDAP_START_TLS = flag("LDAP_START_TLS", True)
LDAP_CERTIFICATES = text("LDAP_CERTIFICATES")
LDAP_SCHEMA = text("LDAP_SCHEMA", "posix")
LDAP_FILTER = text("LDAP_FILTER")
LDAP_ATTRIBUTES = words("LDAP_ATTRIBUTES")
LDAP_REALM = text("LDAP_REALM", "site")

EMAIL_BACKEND = text("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = text("EMAIL_HOST", "localhost")
EMAIL_PORT = number("EMAIL_PORT", 25)
EMAIL_HOST_USER = text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = secret("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 30  # seconds
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "foureyes@localhost")
REPORT_RECIPIENTS = words("REPORT_RECIPIENTS", "security@localhost")

METRICS_FROM = words("FOUREYES_METRICS_FROM", "127.0.0.1/32,::1/128")
LOG_FORMATTERS = {"text": "TextFormatter", "json": "JsonFormatter"}
LOG_FORMAT = text("LOG_FORMAT", "text")
if LOG_FORMAT not in LOG_FORMATTERS:
    raise ImproperlyConfigured(f"LOG_FORMAT is {LOG_FORMAT!r}; say text or json")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": f"auditapp.logs.{LOG_FORMATTERS[LOG_FORMAT]}"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": text("LOG_LEVEL", "WARNING")},
}
