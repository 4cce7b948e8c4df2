"""Mail that staff should know of (`jobs.attention`)."""

from django.db.models import QuerySet
from django.urls import reverse

from accounts.job_steps import JobSteps
from accounts.models import Mail
from accounts.waking import wake
from reseller_portal.jobs.attention import IS_LATE, Case, Source, nothing, oldest_first, overdue, slow, why_late
from reseller_portal.jobs.rules import NORMALLY

State = Mail.State
NEXT_STEPS = JobSteps(
    needs="accounts.change_mail",
    open_states={State.WAITING, State.NEEDS_PERSON},
    again={"state": State.WAITING},
    away={"state": State.DROPPED, "sealed": ""},
    effect_of_again="It is due at once, with all its tries.",
    effect_of_away="It is not sent, and what it was to say is forgotten.",
    wake=wake,
)


def needs_attention() -> QuerySet[Mail]:
    rows = Mail.objects.filter(state=State.NEEDS_PERSON).select_related("customer").defer("sealed")
    return oldest_first(rows, "queued_at")


def late() -> QuerySet[Mail]:
    rows = Mail.objects.filter(state=State.WAITING).select_related("customer").defer("sealed")
    return oldest_first(overdue(rows) | slow(rows, NORMALLY), "queued_at")


def tell(mail: Mail, how: str) -> Case:
    return Case(
        how=how,
        subject=mail,
        what=f"E-mail to {mail.to}",
        url=reverse("admin:accounts_mail_change", args=[mail.pk]),
        customer=mail.customer.company if mail.customer else "",
        reason=why_late(mail) if how == IS_LATE else mail.last_error,
        next_step="Mend the mail server and try it again; put it away when the address is wrong.",
        since=mail.queued_at,
    )


SOURCE = Source(needs=needs_attention, late=late, on_purpose=nothing(Mail.objects.all()), tell=tell)
