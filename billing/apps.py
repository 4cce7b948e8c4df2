from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from accounts.admin_customer import add_customer_page, add_customer_section, when_contact_is_saved
        from accounts.admin_site import add_panel, add_section
        from billing import availability, panels, sections, webhooks
        from billing.admin_accounts import account_section, import_page
        from billing.deliveries import when_order_ends
        from billing.services import accounts as upstream_accounts
        from reseller_portal.webhooks.registry import find_owners_by
        from reseller_portal.webhooks.registry import register as on

        self._register_handlers()
        when_contact_is_saved(upstream_accounts.contact_was_saved)
        add_customer_section(account_section)
        add_customer_page("import", import_page, name="billing_account_import")
        when_order_ends(availability.forget_answers_of_order)
        self._tell_people()
        find_owners_by(webhooks.owner)
        on("domain.order.success", webhooks.domain_delivered)
        on("domain.order.failed", webhooks.domain_failed)
        on("mailbox.order.failed", webhooks.workspace_failed)
        on("mailbox.created", webhooks.mailbox_created)
        for panel in panels.ALL:
            add_panel(panel, needs="billing.view_order")
        for section in sections.ALL:
            add_section(section, needs="billing.view_order")

    def _register_handlers(self) -> None:
        """What carries out each kind of operation of this app."""
        from billing import availability
        from billing.handlers.accounts import AccountKnown, OpenAccount
        from billing.handlers.drafts import DraftOrder
        from billing.handlers.ending import EndLines
        from billing.handlers.pricing import ReadPrice
        from billing.handlers.processing import ProcessOrder
        from billing.handlers.refunds import WatchForRefund
        from billing.services import accounts, orders
        from reseller_portal.operations.registry import register

        register(availability.SUGGESTIONS, availability.Suggestions())
        register(availability.AVAILABILITY, availability.Availability())
        register(availability.WORKSPACE, availability.Workspace())
        register(orders.OPEN_ACCOUNT, OpenAccount())
        register(accounts.ACCOUNT_KNOWN, AccountKnown())
        register(orders.DRAFT, DraftOrder())
        register(availability.PRICE, ReadPrice())
        register(orders.PROCESS, ProcessOrder())
        register(orders.END, EndLines())
        register(orders.REFUND, WatchForRefund())

    def _tell_people(self) -> None:
        """Whom of staff and customers to tell of what waits for them."""
        from accounts.mails import only_to, when_sent
        from billing import attention, below_cost, price_changes, price_mail
        from reseller_portal.jobs.attention import register
        from reseller_portal.operations.alarms import addresses

        price_changes.when_asked(price_mail.queue_question)
        when_sent(price_mail.PRICE_ASKED, price_mail.question_of)
        when_sent(below_cost.PURPOSE, only_to(addresses))
        register(attention.SOURCE)
        register(attention.NOT_CHARGED)
