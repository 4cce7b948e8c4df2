"""Take over one page of a survey: or only see what would come of it, when it is a dry run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction

from accounts.hearing import Heard
from accounts.models import Customer
from billing.services.subscriptions import hear_of_subscriptions
from domains.models import Domain
from domains.services.refreshing import WHOLE
from mailboxes.services.hearing import end_with_subscriptions
from mirror import drift
from mirror.models import Survey
from reseller_portal.operations import lookups
from reseller_portal.upstream.models.subscriptions import Subscription
from reseller_portal.upstream.models.users import User as ToldUser

MOST_NOTES = 200
# What somebody else is writing while a survey reads it is read once more by itself.
BUSY_PAUSE = timedelta(seconds=3)
T = TypeVar("T")


@contextmanager
def perhaps(survey: Survey) -> Iterator[None]:
    """What a dry run writes is taken back."""
    with transaction.atomic():
        yield
        if survey.is_dry:
            transaction.set_rollback(True)


def hear(
    survey: Survey,
    what: str,
    found: Sequence[tuple[Customer | None, T]],
    take: Callable[[list[tuple[Customer, T]]], Heard],
) -> None:
    """Take over what has an owner here, and count. What belongs to nobody is new in a dry run, else it is noted."""
    owned = [(customer, each) for customer, each in found if customer is not None]
    strays = len(found) - len(owned)
    with perhaps(survey):
        heard = take(owned)
        for customer, name in heard.busy:
            lookups.ask_anew(customer=customer, kind=WHOLE, keys=[name], after=BUSY_PAUSE)
        is_expected = survey.kind == Survey.Kind.ADOPT
        drift.note(each for each in heard.differences if not (is_expected and each.kind == "appeared"))
    survey.count(what, known=heard.known, new=heard.new + strays * survey.is_dry, changed=heard.changed)
    for sentence in heard.notes if not survey.is_dry else []:
        note(survey, sentence)
    if strays and survey.kind == Survey.Kind.ADOPT and not survey.is_dry:
        note(survey, f"{strays} {what} belong to users that no customer here stands for.")


def hear_of_contracts(pairs: Sequence[tuple[Customer, Subscription]], *, at: datetime) -> Heard:
    """Subscriptions, and the end of the mailboxes of those that were cancelled."""
    heard = hear_of_subscriptions(pairs, at=at)
    end_with_subscriptions({each.id for _, each in pairs if each.status == "CANCELLED"}, at=at)
    return heard


def owners_of(user_ids: set[str]) -> dict[str, Customer]:
    rows = Customer.objects.filter(upstream_id__in=user_ids - {""}).select_related("brand")
    return {row.upstream_id: row for row in rows}


def owners_of_domains(names: set[str]) -> dict[str, Customer]:
    rows = Domain.objects.filter(name__in=names).exclude(state__in=Domain.GONE).select_related("customer")
    return {row.name: row.customer for row in rows}


def note(survey: Survey, sentence: str) -> None:
    """A sentence for staff; after the first ones they are only counted."""
    if not sentence:
        return
    survey.count("notes", all=1)
    if len(survey.notes) < MOST_NOTES:
        survey.notes.append(sentence)


def as_person(told: ToldUser) -> dict[str, Any]:
    """As the bookmark keeps it until the customer is made."""
    return {key: value for key, value in asdict(told).items() if key != "created_at"}
