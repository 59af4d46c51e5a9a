"""Settings of a node; everything a site may change comes from one family of environment variables, CONCERTATION_*."""

import os
import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from concertation.site import engines

ROOT = Path(__file__).resolve().parents[3]
HOME = Path(os.environ.get("CONCERTATION_HOME", ROOT / "var")).resolve()
HOME.mkdir(parents=True, exist_ok=True, mode=0o700)


def kept_secret(name: str) -> str:
    """A random secret made at first start and kept in the node's folder, readable by its owner alone."""
    path = HOME / name
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return path.read_text()


def bound(name: str, *, https: bool) -> str:
    """The name of a cookie; under HTTPS one that the browser binds to this host alone."""
    return f"__Host-{name}" if https else name


DEBUG = False
SECRET_KEY = os.environ.get("CONCERTATION_SECRET_KEY") or kept_secret("secret-key")
HTTPS = os.environ.get("CONCERTATION_HTTPS") == "1"
ALLOWED_HOSTS = [*os.environ.get("CONCERTATION_HOSTS", "").split(), "localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = os.environ.get("CONCERTATION_ORIGINS", "").split()

INSTALLED_APPS = [
    "concertation.apps.ground",
    "concertation.apps.access",
    "concertation.apps.search",
    "concertation.apps.organisations",
    "concertation.apps.places",
    "concertation.apps.sources",
    "concertation.apps.sharing",
    "concertation.apps.lessons",
    "concertation.apps.needs",
    "concertation.apps.presence",
    "concertation.apps.funding",
    "concertation.apps.mobilisation",
    "concertation.apps.picture",
    "concertation.apps.allocation",
    "concertation.apps.anticipation",
    "concertation.apps.response",
    "concertation.apps.decisions",
    "concertation.apps.notes",
    "concertation.apps.releases",
    "concertation.site",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "concertation.site.middleware.ContentSecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "concertation.site.api_middleware.ApiMiddleware",
    "concertation.site.refusals.HeadMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "concertation.site.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "concertation.site.persons.PersonMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "concertation.site.refusals.RefusalMiddleware",
    "concertation.site.accounts.AccountMiddleware",
    "concertation.site.kept_pages.KeptPagesMiddleware",
]

ROOT_URLCONF = "concertation.site.urls"
WSGI_APPLICATION = "concertation.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "concertation.site.context.layout",
                "concertation.site.accounts.account_notice",
            ],
            "builtins": [
                "concertation.site.templatetags.words",
                "concertation.site.templatetags.layout",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
        },
    },
]

DATABASES = {"default": engines.database(engines.address(), home=HOME)}
# Attempts to sign in are counted where every process, and every host, sees them.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "shared_cache", "OPTIONS": {"MAX_ENTRIES": 10_000}}}
# Pages of figures kept in each process's memory, in characters; 0 makes every page anew.
FTS_ADDRESS = os.environ.get("CONCERTATION_FTS", "")
KEPT_PAGES_CHARACTERS = int(os.environ.get("CONCERTATION_KEPT_PAGES", "24000000"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "concertation.site.passwords.LeakedPasswordValidator"},
]
ACCOUNT_ADAPTER = "concertation.site.accounts.ClosedAccounts"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/300s/key", "reauthenticate": "10/m/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("CONCERTATION_PROXIES", "0"))
MFA_ADAPTER = "concertation.site.accounts.SecondFactor"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "Concertation"
MFA_TOTP_TOLERANCE = 1
# Mandates that sign or administer wait for a second factor; tests alone turn this off.
SECOND_FACTOR = True
DEMONSTRATION_ADDRESS = "demo@concertation.example"
TERMS_VERSION = "2026-11"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"

# A link under which a new password is chosen lives a day.
PASSWORD_RESET_TIMEOUT = 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = bound("sessionid", https=HTTPS), bound("csrftoken", https=HTTPS)
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("français")), ("en", _("anglais"))]
LANGUAGE_COOKIE_NAME = bound("language", https=HTTPS)
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).resolve().parents[1] / "static"]
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_MAX_AGE = 31_536_000

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "concertation.apps.sources.uploads.WithinLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
UPLOAD_LIMIT_BYTES = 64 * 1024 * 1024
RAW_FOLDER = HOME / "raw"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
# Without a mail server nothing is sent: links are shown once to whoever made them, to be passed on by hand.
EMAIL_HOST = os.environ.get("CONCERTATION_SMTP_HOST", "")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_PORT = int(os.environ.get("CONCERTATION_SMTP_PORT", "587"))
EMAIL_HOST_USER = os.environ.get("CONCERTATION_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("CONCERTATION_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("CONCERTATION_SMTP_TLS", "1") == "1"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = os.environ.get("CONCERTATION_SMTP_FROM", "concertation@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
