"""Note what a survey found to differ, and let it go when it no longer does."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from accounts.hearing import Difference
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
    """Keep them for staff. One that waits for a decision already keeps its first `here`. Returns how many are new."""
    rows = [_row(each) for each in differences]
    for row in rows:
        Drift.objects.filter(_same(row), state=State.OPEN).update(there=row.there, found_at=row.found_at)
    return len(Drift.objects.bulk_create(rows, ignore_conflicts=True))


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


def _same(row: Drift) -> Q:
    return Q(
        customer=row.customer, subject_type=row.subject_type, subject_id=row.subject_id, field=row.field, kind=row.kind
    )
