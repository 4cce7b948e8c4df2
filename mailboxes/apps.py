from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    name = "mailboxes"

    def ready(self) -> None:
        from accounts.displacing import when_displaced
        from billing.deliveries import Hooks, answer_living_addresses, register
        from billing.models import Item
        from mailboxes import webhooks
        from mailboxes.handlers import FetchMailbox
        from mailboxes.services import deliveries, ownership
        from reseller_portal.operations.registry import register as register_operation
        from reseller_portal.webhooks.registry import find_owners_by
        from reseller_portal.webhooks.registry import register as on

        register(Item.MAILBOX, Hooks(deliveries.started, deliveries.delivered, deliveries.failed, deliveries.completed))
        answer_living_addresses(deliveries.living_addresses)
        register_operation(deliveries.FETCH, FetchMailbox())
        when_displaced(ownership.go_with_them)
        find_owners_by(webhooks.owner)
        on("mailbox.exported", webhooks.exported)
