"""Send the mail that is due: claimed with a lease, sent outside any transaction, tried again by the rule of all jobs.

A worker that dies after the server took a mail and before that is noted sends it twice: once too often rather than not.
"""

import json
import logging
from datetime import timedelta
from email.utils import formataddr
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.brands import ink_on
from accounts.mails import NotNeeded, builder_of, handler_of
from accounts.models import Mail
from accounts.tenancy import staff_scope
from reseller_portal.core.crypto import decrypt
from reseller_portal.core.errors import DomainError
from reseller_portal.jobs.crash_points import reach
from reseller_portal.jobs.leases import mine, take, try_again_or_give_up

logger = logging.getLogger(__name__)
State = Mail.State
KEPT = timedelta(days=30)


def send_due(limit: int = 20) -> int:
    """Send up to `limit` mails over one connection. Returns how many were tried."""
    server = get_connection()
    tried = 0
    try:
        while tried < limit and _send_one(server):
            tried += 1
    finally:
        server.close()
    return tried


def forget_old_mail() -> None:
    with staff_scope("mail: forget what was sent long ago"):
        Mail.objects.filter(due_at=None, queued_at__lt=timezone.now() - KEPT).exclude(state=State.NEEDS_PERSON).delete()


def _send_one(server: BaseEmailBackend) -> bool:
    with staff_scope("mail: take the next due"):
        mail = take(Mail.objects.order_by("due_at", "pk"), given_up=State.NEEDS_PERSON)
    if mail is None:
        return False
    reach("mail: after claim")
    try:
        _do_instead(mail)
        message = _message(mail)
        message.connection = server
        message.send()
        reach("mail: after sending")
    except NotNeeded as reason:
        _drop(mail, reason)
    except (OSError, SMTPException, DomainError) as error:
        logger.warning("mail %s (%s) was not sent: %s", mail.pk, mail.purpose, error)
        # A connection that broke would refuse all that follow.
        server.close()
        _fail(mail, f"{type(error).__name__}: {error}")
    except Exception as error:
        logger.exception("mail %s (%s) met a fault of ours", mail.pk, mail.purpose)
        _fail(mail, f"A fault of the portal: {type(error).__name__}")
    else:
        _end(mail, State.SENT, "")
    return True


def _do_instead(mail: Mail) -> None:
    """For a row that is no mail of its own. Raises `NotNeeded` when it was done, after the scope has ended."""
    handler = handler_of(mail.purpose)
    if handler is not None:
        with staff_scope("mail: do what its row stands for"):
            words = handler(mail)
        raise NotNeeded(words)


def _message(mail: Mail) -> EmailMultiAlternatives:
    """The mail as it goes out. Raises `NotNeeded`, and what templates and links raise."""
    with staff_scope("mail: what it says"):
        brand = mail.brand
        sender = formataddr((" ".join(brand.name.split()), brand.sender)) if brand else settings.DEFAULT_FROM_EMAIL
        if mail.sealed:
            content = json.loads(decrypt(mail.sealed))
            body, html, sender = content["body"], content["html"], content["from"]
        else:
            ink = ink_on(brand.colour) if brand else "#ffffff"
            context = {"brand": brand, "ink": ink, "customer": mail.customer, **mail.context}
            context |= builder_of(mail.purpose)(mail)
            body = render_to_string(f"{mail.template}.txt", context)
            html = render_to_string(f"{mail.template}.html", context)
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=body,
        from_email=sender,
        to=[mail.to],
        reply_to=[brand.support_email] if brand else [],
        headers={"Auto-Submitted": "auto-generated"},
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def _end(mail: Mail, state: str, reason: str) -> None:
    """What is sent is known no more than that it was."""
    with staff_scope("mail: note that it was sent"):
        mine(mail).update(state=state, due_at=None, lease="", sealed="", last_error=reason, sent_at=timezone.now())


def _drop(mail: Mail, reason: NotNeeded) -> None:
    with staff_scope("mail: not this one"):
        if reason.instead is not None and mine(mail).exists():
            reason.instead()
        _end(mail, State.DROPPED, str(reason))


def _fail(mail: Mail, error: str) -> None:
    with staff_scope("mail: try again later"):
        if try_again_or_give_up(mail, error, state=State.NEEDS_PERSON):
            logger.error("mail %s (%s) was given up", mail.pk, mail.purpose)
