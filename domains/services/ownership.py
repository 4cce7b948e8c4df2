"""Whose a domain is, when two customers have a row of it."""

from collections.abc import Sequence
from datetime import datetime

from accounts.displacing import displace
from domains.models import Domain

State = Domain.State
# One customer alone may have a domain in these states.
OWNED = (State.ACTIVE, State.RENEWING, State.GRACE_PERIOD)


def make_room(rows: Sequence[Domain], at: datetime) -> list[Domain]:
    """Take domains that were shown at `at` to be of these rows' customers off the books of others.

    Returns the rows that must stay out, as another customer was heard to have their domain after `at`.
    """
    owners = {row.name: row.customer for row in rows if row.state in OWNED}
    if not owners:
        return []
    others = Domain.objects.filter(state__in=OWNED)
    held = displace(others, owners=owners, key="name", noun="domain", at=at)
    return [row for row in rows if row.name in held]
