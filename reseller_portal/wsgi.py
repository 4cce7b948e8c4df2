"""The WSGI entry of the portal. It does not serve as a database role that sees every customer."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reseller_portal.settings.dev")

django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from accounts.role_check import refuse_a_role_that_bypasses  # noqa: E402  # needs the app registry
from accounts.sealed import refuse_keys_that_open_nothing  # noqa: E402
from reseller_portal.core.body_limit import BodyLimit  # noqa: E402

application = BodyLimit(django_application, largest=settings.LARGEST_BODY)
refuse_a_role_that_bypasses()
refuse_keys_that_open_nothing()
# A server that forks after loading must not share this connection between its workers.
connections.close_all()
