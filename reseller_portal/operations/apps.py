from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "reseller_portal.operations"

    def ready(self) -> None:
        from accounts.admin_site import add_notice, add_section
        from accounts.mails import only_to, when_sent
        from reseller_portal.jobs.attention import register, register_line
        from reseller_portal.operations import alarms, attention, upstream_state

        register(attention.SOURCE)
        register_line(attention.outage)
        when_sent(alarms.PURPOSE, only_to(alarms.addresses))
        add_notice(upstream_state.notice, needs="operations.view_operation")
        add_section(upstream_state.paused_calls, needs="operations.view_operation")
