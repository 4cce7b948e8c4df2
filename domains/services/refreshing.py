"""Ask the upstream how a domain stands. The rows tell when they were last heard of; a page never waits for it."""

from datetime import timedelta

from accounts.actors import Actor
from accounts.models import Customer
from domains.models import Domain
from reseller_portal.core.limits import is_first_within
from reseller_portal.operations import lookups
from reseller_portal.operations.models import Operation

# The domain with all that hangs on it, its records alone, its mailboxes alone. The key is the name of the domain.
WHOLE = "domain.refresh"
RECORDS = "domain.refresh_records"
MAILBOXES = "domain.refresh_mailboxes"
# What was read less than this ago is fresh, and a second press changes nothing, whatever came of the first.
JUST_NOW = timedelta(minutes=1)


def refresh_domain(*, actor: Actor, domain: Domain) -> None:
    """Somebody wants to know now."""
    actor.require("domains.view")
    if is_first_within(f"{WHOLE}:{domain.pk}", JUST_NOW.seconds):
        lookups.ask(customer=actor.customer, kind=WHOLE, keys=[domain.name], fresh=JUST_NOW)


def refresh_of(customer: Customer, name: str) -> Operation | None:
    """The question that was asked last, if any."""
    return next(iter(lookups.find(customer=customer, kind=WHOLE, keys=[name])), None)
