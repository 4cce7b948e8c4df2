from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Customers and people"

    def ready(self) -> None:
        from accounts import mail_attention, receivers  # noqa: F401  # the latter connects what Django and allauth tell
        from accounts.invitation_mail import LINK, NOTICE, links_of
        from accounts.mails import instead_of_sending, when_sent
        from accounts.services.resetting import ASKED, send_to_the_holder
        from reseller_portal.jobs import attention

        attention.register(mail_attention.SOURCE)
        when_sent(LINK, links_of)
        when_sent(NOTICE, links_of)
        instead_of_sending(ASKED, send_to_the_holder)
