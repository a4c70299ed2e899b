"""Django in this process, set up once; every test that asks the framework imports this first."""

from __future__ import annotations

import django
from django.conf import settings

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["tests.differential"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": [],
            "DEFAULT_PERMISSION_CLASSES": [],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
            "PAGE_SIZE": 10,
            "UNAUTHENTICATED_USER": None,
        },
        TIME_ZONE="UTC",  # the real one is unknown; naive instants are UTC by our ruling
        USE_TZ=True,
    )
    django.setup()
