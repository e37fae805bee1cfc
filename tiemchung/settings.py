"""What differs between machines; everything else is code."""

import os
from pathlib import Path

from django.utils.csp import CSP

from tiemchung.core.install import home, load_secrets
from tiemchung.core.postgres import database_settings

BASE_DIR = Path(__file__).resolve().parent.parent
SECRETS = load_secrets()
SECRET_KEY = SECRETS.django_key
DEBUG = False
DEMO = os.environ.get("TIEMCHUNG_DEMO", "") == "1"
ALLOWED_HOSTS = os.environ.get("TIEMCHUNG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
# Browsers treat http://localhost as trustworthy; on every other address the proxy speaks TLS.
INSECURE = os.environ.get("TIEMCHUNG_INSECURE_LOCALHOST", "") == "1"

INSTALLED_APPS = [
    "tiemchung.core",
    "tiemchung.places",
    "tiemchung.vaccines",
    "tiemchung.access",
    "tiemchung.people",
    "tiemchung.doses",
    "tiemchung.stock",
    "tiemchung.visits",
    "tiemchung.certificates",
    "tiemchung.cases",
    "tiemchung.figures",
    "tiemchung.interop.pc_covid",
    "tiemchung.demo",
    "tiemchung.web.shared",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pads every answer by a random length, which blurs what its size tells; a card's QR shrinks to a quarter.
    "django.middleware.gzip.GZipMiddleware",
    "tiemchung.web.shared.middleware.PrivacyHeadersMiddleware",
    "tiemchung.web.shared.middleware.FormAddressMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tiemchung.web.shared.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tiemchung.web.shared.budgets.BudgetMiddleware",
]

# Addresses have no slash at their end, so an included room begins its own with one.
SILENCED_SYSTEM_CHECKS = ["urls.W002"]

ROOT_URLCONF = "tiemchung.urls"
WSGI_APPLICATION = "tiemchung.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "tiemchung/web/shared/templates"]
        + [BASE_DIR / f"tiemchung/web/{audience}/templates" for audience in
           ("portal", "citizen", "facility", "authority", "cases", "hotline")],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "tiemchung.web.shared.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "tiemchung/web/shared/contrib_templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

APP_DATABASE_ROLE = "tiemchung_app"
DATABASES = {"default": database_settings(role=os.environ.get("TIEMCHUNG_DB_ROLE", "app"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "access.Staff"

LANGUAGE_CODE = "vi"
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = Path(os.environ.get("TIEMCHUNG_STATIC_ROOT", BASE_DIR / "var/static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        # Tests name files plainly: nothing has been collected in a fresh clone.
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if os.environ.get("TIEMCHUNG_PLAIN_STATIC") == "1"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = os.environ.get("TIEMCHUNG_PLAIN_STATIC") == "1"
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "/staff/sign-in"

SESSION_ENGINE = "tiemchung.core.sessions"
SESSION_COOKIE_NAME = "sessionid" if INSECURE else "__Host-session"
SESSION_COOKIE_SECURE = not INSECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "csrftoken" if INSECURE else "__Host-csrf"
CSRF_COOKIE_SECURE = not INSECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tiemchung.web.shared.errors.csrf_failed"
SECURE_HSTS_SECONDS = 0 if INSECURE else 31536000
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    "media-src": [CSP.SELF, "blob:"],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
}

TRUSTED_PROXY = os.environ.get("TIEMCHUNG_TRUSTED_PROXY", "") == "1"
LENIENT_WORDS = os.environ.get("TIEMCHUNG_STRICT_WORDS", "") != "1"
SMS_BACKEND = "tiemchung.interop.messages.backends.backend_from_url"
SMS_GATEWAY = os.environ.get("TIEMCHUNG_SMS", "http://127.0.0.1:8025/v1/messages")
# Days after which an imported list of foreign signers is called old, and after which it is believed no more.
FOREIGN_TRUST_SOFT_DAYS = int(os.environ.get("TIEMCHUNG_TRUST_SOFT_DAYS", "7"))
FOREIGN_TRUST_HARD_DAYS = int(os.environ.get("TIEMCHUNG_TRUST_HARD_DAYS", "30"))
# The mail server for what holders ask to have sent; empty = nothing is offered by e-mail (docs/how-to/paper.md).
MAIL_BACKEND = "tiemchung.interop.messages.mail.mail_from_url"
MAIL = os.environ.get("TIEMCHUNG_MAIL", "")
SMS_RECEIPT_KEY = os.environ.get("TIEMCHUNG_SMS_RECEIPT_KEY", "")
# Photos of papers, sealed; a backup copies this folder beside the database (docs/how-to/evidence.md).
EVIDENCE_DIR = Path(os.environ.get("TIEMCHUNG_EVIDENCE_DIR") or home() / "evidence")
CLAMD = os.environ.get("TIEMCHUNG_CLAMD", "")
# The address at which PC-Covid takes what changed; empty = this partner is off. The key is agreed with the partner.
PC_COVID = os.environ.get("TIEMCHUNG_PC_COVID", "")
PC_COVID_KEY = os.environ.get("TIEMCHUNG_PC_COVID_KEY", "")
# The address at which the national population database compares four fields; empty = nobody is asked.
POPULATION_BACKEND = "tiemchung.interop.population.register.register_at"
POPULATION = os.environ.get("TIEMCHUNG_POPULATION", "")
POPULATION_KEY = os.environ.get("TIEMCHUNG_POPULATION_KEY", "")
# Other countries' forms of a passport that may be made beside it, such as "icvp,shc,fhir"; empty = none.
EMITTERS = frozenset(filter(None, os.environ.get("TIEMCHUNG_EMIT", "").replace(" ", "").split(",")))
# The key agreed with those who may ask for a passport's FHIR document; empty = nobody may.
FHIR_KEY = os.environ.get("TIEMCHUNG_FHIR_KEY", "")
PUBLIC_ADDRESS = os.environ.get("TIEMCHUNG_PUBLIC_ADDRESS", "http://localhost:8000")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": os.environ.get("TIEMCHUNG_LOG_LEVEL", "WARNING")},
}
