from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Customers and people"

    def ready(self) -> None:
        from accounts import receivers  # noqa: F401  # connects what Django and allauth tell
