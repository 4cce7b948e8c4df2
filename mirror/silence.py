"""What a whole reading came without. Once marks it, twice brings it to staff; nothing is ever deleted for it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from accounts.hearing import mark_missing
from billing.models import OrderLine, Subscription
from domains.models import Domain
from mailboxes.models import Mailbox
from mirror import drift
from mirror.models import Drift, Survey

NOT_OF_AN_OPEN_ORDER = Q(line=None) | Q(line__state__in=[OrderLine.State.DELIVERED, OrderLine.State.FAILED])
# What the upstream has told of once. What staff alone called delivered has no number there yet, and is expected too.
IS_NUMBERED = ~Q(upstream_id="")
IS_SAID_BY_STAFF = Q(line__state=OrderLine.State.DELIVERED, line__is_said_by_staff=True)


def note_what_is_missing(survey: Survey, *, at: datetime) -> None:
    """At the end of a survey, in a staff scope: everything living that it should have heard of, and did not."""
    for what, rows in _expected(survey).items():
        twice = mark_missing(rows, since=survey.began_at, at=at)
        drift.note(drift.missing(row, at) for row in twice)
        silent = rows.filter(missing_since__isnull=False).count()
        if silent:
            survey.count(what, missing=silent)
    forget_what_came_back()


def _expected(survey: Survey) -> dict[str, QuerySet[Any]]:
    """The rows of the users that were read. A list refused or read in part tells nothing of what is missing."""
    users = [each["id"] for each in survey.people if not each.get("is_silent")]
    of_users = Q(customer__upstream_id__in=users)
    things = {
        "domains": _living(Domain).filter(of_users & NOT_OF_AN_OPEN_ORDER & (IS_NUMBERED | IS_SAID_BY_STAFF)),
        "mailboxes": _living(Mailbox).filter(of_users & NOT_OF_AN_OPEN_ORDER & (IS_NUMBERED | IS_SAID_BY_STAFF)),
    }
    contracts = {"subscriptions": _living(Subscription).filter(IS_NUMBERED)}
    expected = {
        Survey.Kind.ADOPT: {**things, **contracts},
        Survey.Kind.CUSTOMER: things,
        Survey.Kind.SUBSCRIPTIONS: contracts,
    }[Survey.Kind(survey.kind)]
    counts = {what: survey.counts.get(what, {}) for what in expected}
    return {what: rows for what, rows in expected.items() if not counts[what].keys() & {"refused", "unread"}}


def _living(model: type[Any]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.objects.select_related("customer")
    return rows.exclude(state__in=model.GONE)


def forget_what_came_back() -> None:
    """What was heard of again needs no decision. Within whatever scope this runs."""
    for model in (Domain, Mailbox, Subscription):
        _forget(model)


def _forget(model: type[Model]) -> None:
    waiting = Drift.objects.filter(
        kind=Drift.Kind.MISSING, state__in=Drift.UNSETTLED, subject_type=model._meta.label_lower
    )
    ids: Sequence[str] = list(waiting.values_list("subject_id", flat=True))
    back = model._default_manager.filter(pk__in=ids, missing_since=None).values_list("pk", flat=True)
    waiting.filter(subject_id__in=[str(each) for each in back]).update(
        state=Drift.State.GONE, settled_at=timezone.now()
    )
