"""Adopting 10,000 mailboxes of 100 customers: the calls it takes, and how little of the time is our own work."""

import time
from collections.abc import Iterator

from accounts.tenancy import staff_scope
from mailboxes.models import Mailbox
from mirror import surveys, walking
from mirror.models import Survey
from reseller_portal.sandbox.control import Control
from reseller_portal.sandbox.loading import load_mailboxes
from tests import databases
from tests.benchmarks.goals import Finding, goal
from tests.stack import Stack
from tests.world import make_world

CUSTOMERS, EACH, DOMAINS_EACH = 100, 100, 34
# Pages of users, of the domains of each, of mailboxes (100 a page) and of subscriptions (50); the records of each.
LEAST = 1 + CUSTOMERS + CUSTOMERS * EACH // 100 + CUSTOMERS * DOMAINS_EACH // 50 + CUSTOMERS * DOMAINS_EACH
CALLS_PER_SECOND = 4


@goal("adopt")
def adoption(_stack: Stack) -> Iterator[Finding]:
    # A database of its own: what other goals left waiting in theirs would come first.
    databases.use(databases.start(), worker="adopt")
    make_world()
    Control().reset()
    for _ in range(CUSTOMERS):
        load_mailboxes(EACH)
    began = time.perf_counter()
    with staff_scope("benchmark"):
        before, survey = Mailbox.objects.count(), surveys.begin(Survey.Kind.ADOPT)
    while walking.step(only=survey.pk):
        pass
    seconds = time.perf_counter() - began
    with staff_scope("benchmark"):
        survey.refresh_from_db()
        came = Mailbox.objects.count() - before
    assert (survey.state, came) == (Survey.State.DONE, CUSTOMERS * EACH), survey.last_error
    yield Finding("adopt", "calls for 10,000 mailboxes / the least that paging allows", survey.calls, LEAST, 1.0, "")
    yield Finding("adopt", "our own time / time that the calls take", seconds, LEAST / CALLS_PER_SECOND, 0.5, "s")
