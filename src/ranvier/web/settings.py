"""Settings of the desk, all from the environment; the one switch is RANVIER_DESK_MODE.

RANVIER_DESK_MODE      demo (loopback, example letters, a "become" page), production (the default), or test
RANVIER_DESK_FOLDER    where SQLite, demo mail and collected static files lie
DATABASE_URL           postgres://user:password@host:port/name; SQLite in the folder when it is not set
RANVIER_SECRET_KEY     production: at least 50 characters, from a secret store
RANVIER_HOSTS          production: host names, separated by commas
RANVIER_ADDRESS        the public address, for canonical links, feeds and mail
RANVIER_MAIL_URL       smtp+tls://user:password@host:587
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

MODE = os.environ.get("RANVIER_DESK_MODE", "production")
if MODE not in ("demo", "production", "test"):
    raise ImproperlyConfigured(f'RANVIER_DESK_MODE: "{MODE}". demo, production or test')
DEMO = MODE == "demo"
PRODUCTION = MODE == "production"
BEHIND_PROXY = bool(
    os.environ.get("RANVIER_BEHIND_PROXY")
)  # it sets X-Forwarded-Proto and -For, and strips a client's
HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("RANVIER_DESK_FOLDER", Path.cwd() / "desk-data"))
(FOLDER / "static").mkdir(parents=True, exist_ok=True)


def _secret_key() -> str:
    given = os.environ.get("RANVIER_SECRET_KEY", "")
    if PRODUCTION and len(given) < 50:
        raise ImproperlyConfigured(
            "RANVIER_SECRET_KEY: missing or short. 50 characters or more, for example "
            "`python -c 'import secrets; print(secrets.token_urlsafe(50))'`, kept outside the code"
        )
    if given or MODE == "test":
        return given or "test-only-" + "k" * 50
    # The demo's web process and worker must agree on it, and a restart must not void its claim codes.
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / "demo-key"
    try:
        with path.open("x", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(50))
        path.chmod(0o600)
    except FileExistsError:
        pass
    return path.read_text(encoding="ascii")


def _database() -> dict[str, Any]:
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "desk.sqlite3",
            "OPTIONS": {
                # IMMEDIATE: two writers queue at the start of a transaction and never deadlock half-way.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a letter that was acknowledged survives a power cut. secure_delete: an erased one leaves no trace.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; "
                f"PRAGMA synchronous={'OFF' if MODE == 'test' else 'FULL'};",
            },
            "CONN_MAX_AGE": 600,
            # A file, since tests with real concurrency open it from several threads.
            "TEST": {"NAME": FOLDER / "test-desk.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f'DATABASE_URL: scheme "{parts.scheme}". postgres://user@host/name')
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": _host(parts),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


def _host(parts: SplitResult) -> str:
    """The host, or the folder of a socket (%2Frun%2Fpostgresql), whose capitals urllib would make small."""
    given = parts.netloc.rpartition("@")[2].partition(":")[0]
    return unquote(given) if given.lower().startswith("%2f") else parts.hostname or ""


def _mail() -> dict[str, Any]:
    url = os.environ.get("RANVIER_MAIL_URL", "")
    if not url:
        return {}
    parts = urlsplit(url)
    return {
        "EMAIL_HOST": parts.hostname or "",
        "EMAIL_PORT": parts.port or 25,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
    }


SECRET_KEY = _secret_key()
DEBUG = False
ADDRESS = os.environ.get("RANVIER_ADDRESS", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [host for host in os.environ.get("RANVIER_HOSTS", "").split(",") if host] or (
    [] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"]
)
CSRF_TRUSTED_ORIGINS = [ADDRESS] if PRODUCTION else []
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ROOT_URLCONF = "ranvier.web.urls"
WSGI_APPLICATION = "ranvier.web.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "simple_history",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "ranvier.web.apps.DeskConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "ranvier.web.kept_pages.KeptPagesMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "ranvier.web.access.AccessMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ranvier.web.views.frame.frame",
            ],
            "builtins": ["ranvier.web.templatetags.desk"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "desk.Person"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}  # type: ignore[assignment]
if MODE == "test":
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "current_issue"
ACCOUNT_ADAPTER = "ranvier.web.accounts.ClosedDoor"
ACCOUNT_FORMS = {
    "reauthenticate": "ranvier.web.account_forms.AskAgain",
    "change_password": "ranvier.web.account_forms.NewPassword",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = (
    "required"  # a key signs answers: it must know its person, not only lie there
)
MFA_TOTP_ISSUER = "Ranvier desk"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
if MODE == "test":
    ACCOUNT_RATE_LIMITS = False

# Sessions: staff only, gone when the browser closes and after a working day.
SESSION_COOKIE_NAME = "__Host-desk" if PRODUCTION else "desk"
SESSION_COOKIE_AGE = 10 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = PRODUCTION
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = PRODUCTION
CSRF_FAILURE_VIEW = "ranvier.web.views.errors.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"  # but for the previews of the issue builder (views/issues.py)
if PRODUCTION:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if BEHIND_PROXY:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
if BEHIND_PROXY:
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # else every sign-in counts as the proxy's own
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "object-src": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

# Limits. Uploads are read into memory, checked, and kept in the database: never a file that is served.
LETTER_CHARACTERS = 20_000
UPLOAD_BYTES = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = ["ranvier.web.uploads.BoundedUpload"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
ASKS_PER_HOUR = int(os.environ.get("RANVIER_ASKS_PER_HOUR", "10"))
CHECKS_PER_MINUTE = int(os.environ.get("RANVIER_CHECKS_PER_MINUTE", "120"))
CLAIM_TRIES_PER_HOUR = int(os.environ.get("RANVIER_CLAIM_TRIES_PER_HOUR", "30"))
KEEP_UNANSWERED_DAYS = int(os.environ.get("RANVIER_KEEP_UNANSWERED_DAYS", "365"))
KEEP_DECLINED_DAYS = int(os.environ.get("RANVIER_KEEP_DECLINED_DAYS", "90"))

# Rate limits; never on disk. Django's 300 entries would be pushed out by a crowd, and the limits with them.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},
    }
}
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if MODE != "test"
        else "django_tasks.backends.dummy.DummyBackend"
    }
}

EMAIL_BACKEND = {
    "demo": "django.core.mail.backends.filebased.EmailBackend",
    "production": "django.core.mail.backends.smtp.EmailBackend"
    if os.environ.get("RANVIER_MAIL_URL")
    else "django.core.mail.backends.filebased.EmailBackend",
    "test": "django.core.mail.backends.locmem.EmailBackend",
}[MODE]
EMAIL_FILE_PATH = FOLDER / "mail"
EMAIL_TIMEOUT = 20
globals().update(_mail())
DEFAULT_FROM_EMAIL = os.environ.get("RANVIER_MAIL_FROM", "Ask the Doctor <column@localhost>")

STATIC_URL = "/static/"
STATIC_ROOT = FOLDER / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_MAX_AGE = 3600

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGES = [("en-gb", "English")]

COMPARE_KEPT_PAGES = MODE == "test"  # tests make every kept page once more and compare

# Which object answers the calls of reasoning.py; tests of the shell put a stand-in here.
REASONING = os.environ.get("RANVIER_REASONING", "ranvier.web.reasoning.Workbench")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"quiet": {"()": "ranvier.web.quiet.QuietFormatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "quiet"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django_tasks": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django_tasks_db": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "weasyprint": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "fontTools": {"handlers": ["console"], "level": "ERROR", "propagate": False},
        "waitress": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "desk": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
