"""Mail to staff when the upstream does not serve us: mail rows, in the transaction that opens the circuit."""

from django.conf import settings
from django.db.models import Q

from accounts.hosts import admin_origin
from accounts.mails import queue_mail
from accounts.models import User
from accounts.staff_groups import ADMIN
from accounts.tenancy import staff_scope

PURPOSE = "upstream_alarm"
SUBJECT = "The upstream does not serve the portal: every call waits"


def queue(*, advice: str, reason: str) -> None:
    """One mail to each who is to be told. `reason` holds the upstream's own words."""
    context = {"advice": advice, "reason": reason, "admin": f"{admin_origin()}/admin/"}
    for address in addresses():
        queue_mail(to=address, subject=SUBJECT, template=f"emails/{PURPOSE}", purpose=PURPOSE, context=context)


def addresses() -> list[str]:
    """`STAFF_ALERT_EMAILS`, else every active member of staff who may decide."""
    if settings.STAFF_ALERT_EMAILS:
        return list(settings.STAFF_ALERT_EMAILS)
    with staff_scope("alarms: whom to tell"):
        staff = User.objects.filter(Q(groups__name=ADMIN) | Q(is_superuser=True), is_active=True, is_staff=True)
        return sorted(set(staff.values_list("email", flat=True)))
