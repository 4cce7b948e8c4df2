"""Note what a survey found to differ, and let it go when it no longer does."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from accounts.displacing import Displaced
from accounts.hearing import Difference
from accounts.models import Customer
from mirror.models import Drift

State = Drift.State
# Values that can be sent back. Whatever else the upstream changed is a fact: it is noted, and nobody need decide.
REPAIRABLE: Mapping[str, frozenset[str]] = {
    "accounts.customer": frozenset(
        {
            *("email", "company", "first_name", "last_name", "city", "region", "country", "postal_code"),
            *("address_line_one", "address_line_two", "address_line_three", "phone_cc", "phone"),
        }
    ),
    "billing.subscription": frozenset({"auto_renew"}),
    "domains.domain": frozenset({"auto_renew", "forward_to", "catch_all"}),
    "mailboxes.mailbox": frozenset({"first_name", "last_name"}),
}


def note(differences: Iterable[Difference]) -> int:
    """Keep them for staff; returns how many there were. One that waits for a decision keeps its first `here`.

    What went back to that by itself needs no decision any more.
    """
    rows = [_row(each) for each in differences if not _is_only_news(each)]
    new = [row for row in rows if row.state != State.OPEN or not _goes_on(row)]
    Drift.objects.bulk_create(new, ignore_conflicts=True)
    return len(rows)


def note_contact(customer: Customer, differences: Iterable[Difference]) -> int:
    """The same for the contact record, of which nothing is taken over: what differs no more needs no decision."""
    found = list(differences)
    waiting = Drift.objects.filter(
        customer=customer, subject_type=customer._meta.label_lower, state=State.OPEN, kind=Drift.Kind.CHANGED
    )
    waiting.exclude(field__in=[each.field for each in found]).update(state=State.GONE, settled_at=timezone.now())
    return note(found)


def _is_only_news(each: Difference) -> bool:
    """What was not known before differs from nothing: a value that was empty, the subscription behind an order."""
    kind = each.subject._meta.label_lower
    if each.kind == "appeared":
        return kind == "billing.subscription"
    is_choice = each.field in REPAIRABLE.get(kind, frozenset())
    return each.kind == "changed" and each.here in (None, "") and not is_choice


def _goes_on(row: Drift) -> bool:
    """Whether one about the same waits already; it is brought up to date, or ended."""
    waiting = Drift.objects.select_for_update().filter(
        state=State.OPEN,
        customer=row.customer,
        kind=row.kind,
        subject_type=row.subject_type,
        subject_id=row.subject_id,
        field=row.field,
    )
    known = waiting.first()
    if known is None:
        return False
    known.there, known.found_at = row.there, row.found_at
    if known.here == known.there:
        known.state, known.settled_at = State.GONE, timezone.now()
    known.save()
    return True


def note_owners(gone: Iterable[Displaced]) -> None:
    """Tell staff who lost what to whom. That it was not found before is explained by it. In a staff scope."""
    found = list(gone)
    for each in found:
        waiting = Drift.objects.filter(subject_type=each.row._meta.label_lower, subject_id=str(each.row.pk))
        waiting.filter(state__in=Drift.UNSETTLED).update(state=State.GONE, settled_at=timezone.now())
    note(
        Difference("owner", each.row.customer, each.row, str(each.row), here=each.before, there=each.owner.company)
        for each in found
    )


def missing(row: Any, at: Any) -> Difference:
    """A row that two whole readings came without."""
    since = row.missing_since or at
    return Difference("missing", row.customer, row, str(row), here=row.state, there=f"not found since {since:%d %b %Y}")


def _row(each: Difference) -> Drift:
    kind = each.subject._meta.label_lower
    is_fact = each.kind == "changed" and each.field not in REPAIRABLE.get(kind, frozenset())
    return Drift(
        customer=each.customer,
        kind=each.kind,
        state=State.NOTED if is_fact else State.OPEN,
        subject_type=kind,
        subject_id=str(each.subject.pk),
        name=each.name[:320],
        field=each.field,
        here=each.here,
        there=each.there,
    )
