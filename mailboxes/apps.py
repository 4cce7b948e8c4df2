from django.apps import AppConfig


class MailboxesConfig(AppConfig):
    name = "mailboxes"

    def ready(self) -> None:
        from billing.deliveries import Hooks, register
        from billing.models import Item
        from mailboxes.handlers import FetchMailbox
        from mailboxes.services import deliveries
        from reseller_portal.operations.registry import register as register_operation

        register(Item.MAILBOX, Hooks(deliveries.started, deliveries.delivered, deliveries.failed))
        register_operation(deliveries.FETCH, FetchMailbox())
