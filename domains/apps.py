from django.apps import AppConfig


class DomainsConfig(AppConfig):
    name = "domains"

    def ready(self) -> None:
        from billing.deliveries import Hooks, answer_owned_domains, answer_subscription_of_domain, register
        from billing.models import Item
        from domains import webhooks
        from domains.handlers import AskForDates
        from domains.services import deliveries
        from reseller_portal.operations import registry
        from reseller_portal.webhooks.registry import find_owners_by
        from reseller_portal.webhooks.registry import register as on

        register(Item.DOMAIN, Hooks(deliveries.started, deliveries.delivered, deliveries.failed, deliveries.completed))
        registry.register(deliveries.DATES, AskForDates())
        answer_owned_domains(deliveries.owned)
        answer_subscription_of_domain(deliveries.subscription_of)
        find_owners_by(webhooks.owner)
        on("mailbox.order.success", webhooks.workspace_delivered)
