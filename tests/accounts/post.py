"""The mail that was written, as the worker of mail sends it."""

from django.core import mail
from django.core.mail import EmailMessage

from accounts.posting import send_due


def posted() -> list[EmailMessage]:
    """All that was sent since it was cleared, with what is due now."""
    send_due(limit=100)
    return mail.outbox
