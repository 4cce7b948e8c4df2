from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "reseller_portal.operations"
