from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "mirror"

    def ready(self) -> None:
        from accounts.admin_site import add_panel
        from accounts.displacing import when_displaced
        from billing.deliveries import when_order_ends
        from domains.services.refreshing import MAILBOXES, RECORDS, WHOLE
        from mailboxes.services.refreshing import ONE
        from mirror import attention, drift, panels, refresh, webhooks
        from mirror.handlers import RepairDrift
        from mirror.repair import REPAIR
        from reseller_portal.jobs.attention import register as show_to_staff
        from reseller_portal.operations.registry import register
        from reseller_portal.webhooks.registry import register as on

        show_to_staff(attention.SOURCE)

        whole = (refresh.read_domain, refresh.read_subscriptions, refresh.read_mailboxes, refresh.read_records)
        register(WHOLE, refresh.RefreshDomain(*whole))
        register(RECORDS, refresh.RefreshDomain(refresh.read_records))
        register(MAILBOXES, refresh.RefreshDomain(refresh.read_mailboxes))
        register(ONE, refresh.RefreshMailbox())
        register(REPAIR, RepairDrift())
        register(refresh.CONTRACT, refresh.RefreshContract(*whole))
        when_displaced(drift.note_owners)
        when_order_ends(webhooks.read_too_early)
        for name in webhooks.OF_DOMAINS:
            on(name, webhooks.domain_changed)
        for name in webhooks.OF_SUBSCRIPTIONS:
            on(name, webhooks.subscription_changed)
        for name in webhooks.OF_MAILBOXES:
            on(name, webhooks.mailboxes_changed)
        for name in webhooks.OF_ORDERS:
            on(name, webhooks.order_ended)
        on("mailbox.created", webhooks.mailbox_made)
        on("dns-record.updated", webhooks.records_changed)
        on("prewarmup.order.success", webhooks.packages_assigned)
        on("prewarmup.order.failed", webhooks.packages_refused)
        add_panel(panels.account, needs="mirror.view_survey")
        add_panel(panels.mirror, needs="mirror.view_drift")
        add_panel(panels.checked_books, needs="mirror.view_bookscheck")
