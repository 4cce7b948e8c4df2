from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    name = "reseller_portal.webhooks"
