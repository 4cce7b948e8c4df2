from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Customers and people"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401  # connects what Django and allauth tell
        from accounts.invitation_mail import LINK, NOTICE, links_of
        from accounts.mails import when_sent

        when_sent(LINK, links_of)
        when_sent(NOTICE, links_of)
