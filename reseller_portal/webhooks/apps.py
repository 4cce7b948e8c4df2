from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured


class WebhooksConfig(AppConfig):
    name = "reseller_portal.webhooks"
    verbose_name = "Upstream events"

    def ready(self) -> None:
        """A scheme that there is not must stop the start, not the first event."""
        from reseller_portal.jobs.attention import register
        from reseller_portal.webhooks import attention
        from reseller_portal.webhooks.views import configured_scheme

        register(attention.SOURCE)
        try:
            configured_scheme()
        except ValueError as wrong:
            raise ImproperlyConfigured(f"WEBHOOK_ENCODING or WEBHOOK_SIGNED: {wrong}") from None
