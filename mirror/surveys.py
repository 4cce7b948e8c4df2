"""Start, stop and continue surveys."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.db.models.functions import Now
from django.utils import timezone

from accounts.audit import record_by_staff
from accounts.models import Brand, Customer, User
from mirror.models import Survey
from mirror.phases import PHASES
from reseller_portal.core.errors import DomainError

State, Kind = Survey.State, Survey.Kind
# A dry run is believed for this long.
FRESH = timedelta(hours=24)
KEPT = timedelta(days=30)


class RunsAlready(DomainError):
    """Two walks over one account would only cost calls."""


class DryRunFirst(DomainError):
    """Nobody adopts an account unseen."""


class NoSuchTie(DomainError):
    """Nobody is tied to an account that nobody saw."""


class NotNow(DomainError):
    """The survey is in no state for this."""


def begin_adoption(
    *, user: User | None, is_dry: bool, brand: Brand | None = None, ties: Collection[str] = ()
) -> Survey:
    """Look at the whole account, or take it over. In a staff scope. Raises `RunsAlready`, `DryRunFirst`, `NoSuchTie`.

    `ties` are addresses (slugs) of customers here: each gets the account that the dry run showed for him.
    """
    looked = fresh_dry_run()
    if not is_dry and not looked:
        raise DryRunFirst("Look at the account first: start a dry run, and read what it found.")
    agreed = _agreed(looked, ties) if looked and not is_dry else []
    survey = begin(Kind.ADOPT, user=user, is_dry=is_dry, brand=brand, ties=agreed)
    if user is not None:
        after = {"is_dry": is_dry, "ties": [f"{each['slug']} {each['user_id']}" for each in agreed]}
        record_by_staff(user=user, action="survey.begun", subject=survey, after=after)
    return survey


def begin(
    kind: str,
    *,
    user: User | None = None,
    customer: Customer | None = None,
    is_dry: bool = False,
    brand: Brand | None = None,
    ties: Sequence[dict[str, Any]] = (),
) -> Survey:
    """A survey that is due at once. In a staff scope. Raises `RunsAlready`."""
    try:
        with transaction.atomic():
            return Survey.objects.create(
                kind=kind,
                customer=customer,
                is_dry=is_dry,
                brand=brand,
                ties=list(ties),
                phase=PHASES[kind][0].name,
                started_by=user,
            )
    except IntegrityError:
        raise RunsAlready("This is being read already. Wait until it is done, or stop it.") from None


def _agreed(looked: Survey, slugs: Collection[str]) -> list[dict[str, Any]]:
    shown = {each["slug"]: each for each in looked.ties}
    unknown = [slug for slug in slugs if slug not in shown]
    if unknown:
        raise NoSuchTie(f"The dry run showed no account for {', '.join(unknown)}. Look again with a dry run.")
    return [shown[slug] for slug in dict.fromkeys(slugs)]


def fresh_dry_run() -> Survey | None:
    """The newest dry run over the account that is done and not too old."""
    rows = Survey.objects.filter(kind=Kind.ADOPT, is_dry=True, state=State.DONE)
    return rows.filter(finished_at__gt=timezone.now() - FRESH).order_by("-finished_at").first()


def newest_adoption() -> Survey | None:
    return Survey.objects.filter(kind=Kind.ADOPT).order_by("-pk").first()


def unfinished_adoption(*, is_dry: bool) -> Survey | None:
    """The newest of its kind, if it was not brought to its end. A dry run that began too long ago is left alone."""
    rows = Survey.objects.filter(kind=Kind.ADOPT, is_dry=is_dry)
    newest = rows.order_by("-pk").first()
    if newest is None or newest.state == State.DONE:
        return None
    return None if is_dry and newest.began_at < timezone.now() - FRESH else newest


def stop(*, user: User | None, survey: Survey) -> None:
    """What was taken over stays. Raises `NotNow`."""
    stopped = Survey.objects.filter(pk=survey.pk, state=State.RUNNING)
    if not stopped.update(state=State.STOPPED, due_at=None, lease=""):
        raise NotNow("Only a survey that is running can be stopped.")
    if user is not None:
        record_by_staff(user=user, action="survey.stopped", subject=survey)


def go_on(*, user: User | None, survey: Survey) -> None:
    """From where it was. Raises `NotNow`, `RunsAlready`."""
    try:
        with transaction.atomic():
            rows = Survey.objects.filter(pk=survey.pk, state__in=[State.STOPPED, State.FAILED])
            moved = rows.update(state=State.RUNNING, due_at=Now(), lease="", attempts=0, begun_at=None)
    except IntegrityError:
        raise RunsAlready("Another one is running. Wait until it is done, or stop it.") from None
    if not moved:
        raise NotNow("Only a survey that was stopped or failed can go on.")
    if user is not None:
        record_by_staff(user=user, action="survey.continued", subject=survey)


def begin_what_is_due() -> Survey | None:
    """One sweep at a time, of whoever was read longest ago. In a staff scope."""
    if Survey.objects.filter(state=State.RUNNING).exists():
        return None
    old = timezone.now() - timedelta(hours=settings.SWEEP_HOURS)
    contracts = Survey.objects.filter(kind=Kind.SUBSCRIPTIONS).aggregate(last=Max("began_at"))["last"]
    customer = _longest_unread(old)
    has_accounts = Customer.objects.exclude(upstream_id="").exists()
    try:
        if customer is not None:
            return begin(Kind.CUSTOMER, customer=customer)
        if has_accounts and (contracts is None or contracts < old):
            return begin(Kind.SUBSCRIPTIONS)
    except RunsAlready:
        # Another process was quicker.
        return None
    return None


def forget_old_surveys() -> None:
    """But for the last adoption, which says for good that the account was taken over. In a staff scope."""
    adopted = Survey.objects.filter(kind=Kind.ADOPT, is_dry=False, state=State.DONE).order_by("-pk").values("pk")[:1]
    old = Survey.objects.filter(began_at__lt=timezone.now() - KEPT).exclude(state=State.RUNNING)
    old.exclude(pk__in=adopted).delete()


def _longest_unread(old: datetime) -> Customer | None:
    """A customer whom no survey has read since `old`; one that was never read comes first."""
    rows = Customer.objects.exclude(upstream_id="").annotate(
        last=Max("survey__began_at", filter=Q(survey__is_dry=False))
    )
    unread = rows.filter(Q(last=None) | Q(last__lt=old)).exclude(adopted_at__gt=old)
    return unread.order_by(F("last").asc(nulls_first=True), "pk").first()
