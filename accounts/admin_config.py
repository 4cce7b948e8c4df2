"""Django's admin with our own site."""

from django.contrib.admin import autodiscover
from django.contrib.admin.apps import SimpleAdminConfig


class PortalAdminConfig(SimpleAdminConfig):
    default = False
    default_site = "accounts.admin_site.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        autodiscover()
