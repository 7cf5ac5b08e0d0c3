"""Django settings of the peer: same durability, one transaction a request, nothing optional."""

import json
import os

SECRET_KEY = "only-for-a-measurement"  # noqa: S105
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
USE_TZ = True
ROOT_URLCONF = "tests.bench.peer.urls"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
MIDDLEWARE: list[str] = []
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "rapidsms",
    "rapidsms.contrib.handlers",
    "rapidsms.contrib.messagelog",
]
INSTALLED_BACKENDS = {"line": {"ENGINE": "tests.bench.peer.backend.Nowhere"}}
INSTALLED_HANDLERS = ["tests.bench.peer.backend.Circle"]
RAPIDSMS_ROUTER = "rapidsms.router.blocking.BlockingRouter"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
LOGGING_CONFIG = None

_place = json.loads(os.environ["PEER_DATABASE"])
_sqlite = {
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
}
DATABASES = {
    "default": {
        **_place,
        "ATOMIC_REQUESTS": True,
        "CONN_MAX_AGE": None,
        "OPTIONS": _sqlite if _place["ENGINE"].endswith("sqlite3") else {},
    }
}
