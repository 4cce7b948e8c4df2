from django.apps import AppConfig
from django.core.checks import Tags, register


class CoreConfig(AppConfig):
    name = "reseller_portal.core"

    def ready(self) -> None:
        from reseller_portal.core import moments
        from reseller_portal.core.checks import check_templates

        register(check_templates, Tags.templates, deploy=True)
        moments.install()
