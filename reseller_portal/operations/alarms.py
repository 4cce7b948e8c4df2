"""Mail to staff when the upstream refuses us. Sent outside transactions; what is not taken is tried again."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.hosts import admin_origin
from accounts.models import User
from accounts.staff_groups import ADMIN
from accounts.tenancy import staff_scope
from reseller_portal.operations.models import Circuit

logger = logging.getLogger(__name__)
SUBJECT = "The upstream refuses the portal: every call waits"
TEXT = """\
{advice}

No order of a customer fails for it: all operations wait, and go on by themselves as soon as the upstream answers again.
The portal tries at least once a minute. What waits is in the admin: {admin}

The upstream's words: {reason}
"""


def tell(untold: QuerySet[Circuit]) -> None:
    """Mail what staff were not told of yet. Two processes at one moment may both send; none may be lost."""
    for circuit in untold:
        if _send(circuit):
            Circuit.objects.filter(pk=circuit.pk, opened_at=circuit.opened_at).update(told_at=Now())


def addresses() -> list[str]:
    """`STAFF_ALERT_EMAILS`, else every active member of staff who may decide."""
    if settings.STAFF_ALERT_EMAILS:
        return list(settings.STAFF_ALERT_EMAILS)
    with staff_scope("alarms: whom to tell"):
        staff = User.objects.filter(Q(groups__name=ADMIN) | Q(is_superuser=True), is_active=True, is_staff=True)
        return sorted(set(staff.values_list("email", flat=True)))


def _send(circuit: Circuit) -> bool:
    text = TEXT.format(advice=circuit.advice, reason=circuit.reason, admin=f"{admin_origin()}/admin/")
    try:
        send_mail(SUBJECT, text, settings.DEFAULT_FROM_EMAIL, addresses())
    except (OSError, SMTPException):
        logger.exception("staff could not be told that the upstream refuses us")
        return False
    return True
