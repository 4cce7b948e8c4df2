"""Queue an e-mail: a row in the transaction of what it tells of. A worker sends it afterwards (`accounts.posting`)."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from accounts.models import Brand, Customer, Mail, User
from accounts.tenancy import staff_scope
from accounts.waking import wake
from reseller_portal.core.crypto import encrypt

# What is added to the context of a purpose when the mail is sent: links that let somebody in, rows as they are by then.
Builder = Callable[[Mail], Mapping[str, Any]]
_builders: dict[str, Builder] = {}


class NotNeeded(Exception):
    """Raised by a builder: what the mail would tell is not so any more, or not for this person.

    `instead` is called in the transaction that drops the mail, such as to queue it for others.
    """

    def __init__(self, reason: str, *, instead: Callable[[], None] | None = None) -> None:
        super().__init__(reason)
        self.instead = instead


def when_sent(purpose: str, builder: Builder) -> None:
    """Let an app add what must not be stored to the context of its mails. The builder runs in a staff scope."""
    _builders[purpose] = builder


def is_for(mail: Mail, person: User) -> bool:
    """Whether the mail still goes to who it was written for: the person may have another address by now."""
    return person.is_active and mail.to.strip().lower() == person.email.lower()


def only_to(addresses: Callable[[], Collection[str]]) -> Builder:
    """A builder that drops a mail to whoever is not among these when it is sent."""

    def built(mail: Mail) -> Mapping[str, Any]:
        if mail.to not in addresses():
            raise NotNeeded("The person is not to be told any more.")
        return {}

    return built


# For rows that are no mail of their own: what is done when their turn comes, which answers in a sentence.
Handler = Callable[[Mail], str]
_handlers: dict[str, Handler] = {}


def instead_of_sending(purpose: str, handler: Handler) -> None:
    """Let an app do something, such as queue the mail that is sent. The handler runs in a staff scope."""
    _handlers[purpose] = handler


def handler_of(purpose: str) -> Handler | None:
    return _handlers.get(purpose)


def builder_of(purpose: str) -> Builder:
    return _builders.get(purpose, lambda _mail: {})


def queue_mail(
    *,
    to: str,
    subject: str,
    template: str,
    purpose: str,
    context: Mapping[str, Any] | None = None,
    brand: Brand | None = None,
    customer: Customer | None = None,
) -> Mail:
    """An e-mail that goes out after the caller's transaction has ended; without one, at once.

    `template` is such as "emails/owner_notice": both `.txt` and `.html` of it are rendered when it is sent, with
    `context` (fit for JSON, and without secrets), `brand`, `customer` and what the builder of the `purpose` adds.
    Without a brand it comes from the portal itself.
    """
    content = {"template": template, "context": dict(context or {})}
    return _queue(to=to, subject=subject, purpose=purpose, brand=brand, customer=customer, **content)


class QueueBackend(BaseEmailBackend):
    """For messages that others render, with links that let somebody in: kept encrypted until they are sent."""

    def __init__(self, *, purpose: str, brand: Brand | None) -> None:
        super().__init__()
        self.purpose, self.brand = purpose, brand

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        # The brand of a host is remembered for a minute, and may be gone since.
        brand = self.brand and Brand.objects.filter(pk=self.brand.pk).first()
        for message in email_messages:
            sealed = encrypt(json.dumps(_content(message)))
            for to in message.to:
                _queue(to=to, subject=str(message.subject), purpose=self.purpose, brand=brand, sealed=sealed)
        return len(email_messages)


def _queue(**fields: Any) -> Mail:
    subject = " ".join(str(fields.pop("subject")).split())
    with staff_scope("mail: queue"):
        mail = Mail.objects.create(subject=subject[:200], **fields)
        transaction.on_commit(wake)
    return mail


def _content(message: EmailMessage) -> dict[str, Any]:
    pages = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    html = next((str(content) for content, kind in pages if kind == "text/html"), "")
    return {"body": str(message.body), "html": html, "from": message.from_email}
