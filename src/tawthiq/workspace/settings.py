"""Django's settings for a laptop, and for a server where TAWTHIQ_PROFILE is "server".

The project's folder comes from TAWTHIQ_PROJECT, another database than its SQLite file from DATABASE_URL. No secret is kept here:
the key that signs sessions lies in the project's folder, readable for its owner alone, or comes from TAWTHIQ_SECRET_KEY.
"""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from tawthiq.workspace import DATABASE_NAME

_NAMED = os.environ.get("TAWTHIQ_PROJECT")
_PROJECT = Path(_NAMED or ".")
SERVER = os.environ.get("TAWTHIQ_PROFILE") == "server"


def secret_key(folder: Path) -> str:
    """Return the key of a project's folder, made when it is first asked for."""
    path = folder / "secret.key"
    if not path.exists():
        whole = folder / f".secret-{os.getpid()}"
        with os.fdopen(os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(os.urandom(48).hex())
        with suppress(FileExistsError):  # two who start at once get one key: the first that is whole
            os.link(whole, path)
        whole.unlink()
    return path.read_text("ascii")


def database(url: str) -> dict[str, Any]:
    """Return Django's settings of a database by its address; raises ValueError for another than PostgreSQL."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"DATABASE_URL: a postgresql:// address is expected, not {parts.scheme or 'nothing'}://")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


SECRET_KEY = os.environ.get("TAWTHIQ_SECRET_KEY") or (
    secret_key(_PROJECT) if _NAMED and _PROJECT.is_dir() else os.urandom(48).hex()
)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("TAWTHIQ_HOSTS", "127.0.0.1,localhost").split(",")
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "tawthiq.workspace",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tawthiq.workspace.access.LanguageMiddleware",
    "tawthiq.workspace.access.AccessMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "tawthiq.workspace.urls"
WSGI_APPLICATION = None
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "tawthiq.workspace.access.page_context"],
            "builtins": ["tawthiq.workspace.templatetags.pages"],
        },
    }
]
DATABASES: dict[str, dict[str, Any]] = {
    "default": database(os.environ["DATABASE_URL"])
    if os.environ.get("DATABASE_URL")
    else {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(_PROJECT / DATABASE_NAME),
        # A second process waits for its turn; a transaction takes the write lock at its start, so that it never fails half-way.
        "OPTIONS": {
            "timeout": 60,
            "transaction_mode": "IMMEDIATE",
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-64000; PRAGMA wal_autocheckpoint=8000;"
            ),
        },
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "Asia/Damascus"

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", "Arabic"), ("en", "English")]

# Files of pages: served under their own names, never from uploads.
STATIC_URL = "static/"
STATICFILES_DIRS = [("assets", str(files("tawthiq.publish") / "assets"))]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600

# Who may come in.
AUTH_USER_MODEL = "workspace.Person"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tawthiq.workspace.people.UnlikeLoginValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
AXES_USERNAME_FORM_FIELD = "username"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
FAILURES_OF_AN_ADDRESS = 50
AXES_LOCKOUT_CALLABLE = "tawthiq.workspace.access.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# What the throttle needs is the count of failures; who came in when stands in the audit log, without an address.
AXES_DISABLE_ACCESS_LOG = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tawthiq.workspace.views.errors.csrf_failed"

# What a page may do.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

# How much may come in.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 5000
# Files come in on the pages that bring them alone, from who may bring them, and straight into the project's folder.
UPLOAD_MOST = int(os.environ.get("TAWTHIQ_UPLOAD_MOST", 4_000_000_000))
FILE_UPLOAD_HANDLERS = ["tawthiq.workspace.uploads.GuardedUpload"]
FILE_UPLOAD_PERMISSIONS = 0o600

# Long work.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}

# Mail goes out where a server is named, as smtp://user:password@host:port or smtps://…
_MAIL = urlsplit(os.environ.get("TAWTHIQ_MAIL", ""))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _MAIL.hostname else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT = _MAIL.hostname or "", _MAIL.port or (465 if _MAIL.scheme == "smtps" else 587)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_MAIL.username or ""), unquote(_MAIL.password or "")
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_USE_TLS = bool(_MAIL.hostname) and not EMAIL_USE_SSL and "plain" not in _MAIL.query
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("TAWTHIQ_MAIL_FROM", "tawthiq@localhost")
# Where the pages are found from outside, for links in what is sent.
ADDRESS = os.environ.get("TAWTHIQ_ADDRESS", "").rstrip("/") or (
    f"https://{ALLOWED_HOSTS[0]}" if SERVER else "http://127.0.0.1:8000"
)

CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
API_RATE = os.environ.get("TAWTHIQ_API_RATE", "600/m")
NINJA_PAGINATION_MAX_LIMIT = 200
SILENCED_SYSTEM_CHECKS: list[str] = []

if SERVER:
    SECURE_SSL_REDIRECT = os.environ.get("TAWTHIQ_TLS", "proxy") != "none"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS if host not in ("127.0.0.1", "localhost")]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "loggers": {
        "django_tasks": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django_tasks_db": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "axes": {"level": "ERROR"},
        "tawthiq": {"handlers": ["stderr"], "level": "INFO"},
    },
}
