"""`manage.py check_mail ADDRESS`: one test mail, and in one line what the mail server said."""

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = "Send a test mail to this address with the EMAIL_* settings."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        words = "This is a test of the portal's mail settings. Nothing needs to be done."
        try:
            send_mail("Test mail of the portal", words, settings.DEFAULT_FROM_EMAIL, [address])
        except (OSError, smtplib.SMTPException, ValueError) as error:
            place = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
            raise CommandError(f"{place} did not take it: {error or type(error).__name__}{_advice(error)}") from None
        self.stdout.write(f"The mail server took the mail for {address}. Look whether it arrives.")


def _advice(error: Exception) -> str:
    if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected) and not settings.EMAIL_USE_SSL:
        return ". A server that speaks TLS from the first byte, as on port 465, wants EMAIL_USE_SSL=true."
    return ""
