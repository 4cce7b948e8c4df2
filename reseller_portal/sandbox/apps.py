from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "reseller_portal.sandbox"
    label = "sandbox"
