from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "reseller_portal.core"
