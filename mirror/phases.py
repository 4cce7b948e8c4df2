"""The parts of a survey. Each says what to read next, reads it in one call, and writes it down.

`next_task` and `write` run in a staff scope, `read` outside any transaction. A phase without a next task is over.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from django.db.models import F, Q, QuerySet

from accounts.countries import is_understood, store_names
from accounts.models import Brand, Customer
from accounts.services.adoption import adopt_user, contact_differences, country_note
from domains.models import Domain
from domains.services.hearing import hear_of_domains, hear_of_records
from mailboxes.services.hearing import domain_name_of, hear_of_mailboxes
from mirror import drift
from mirror.models import Survey
from mirror.silence import note_what_is_missing
from mirror.taking import as_person, hear, hear_of_contracts, note, owners_of, owners_of_domains, perhaps
from reseller_portal.upstream.client import Client
from reseller_portal.upstream.models.dns import Zone
from reseller_portal.upstream.models.domains import Domain as ToldDomain
from reseller_portal.upstream.models.mailboxes import Mailbox as ToldMailbox
from reseller_portal.upstream.models.subscriptions import Subscription as ToldSubscription
from reseller_portal.upstream.models.users import User as ToldUser
from reseller_portal.upstream.paging import Page

BATCH = 100
# Zones in one sweep of a customer, and how old what is known of a zone must be.
MOST_ZONES = 10
ZONE_IS_OLD = timedelta(hours=24)
Task = Mapping[str, Any]
T = TypeVar("T")
# What was read, and the upstream's list of countries where something could not be understood without it.
Read = tuple[T, Mapping[str, str]]


class Phase(Protocol):
    """`needs_call` False means that there is nothing to read."""

    name: str
    needs_call: bool

    def next_task(self, survey: Survey) -> Task | None: ...

    def read(self, client: Client, task: Task) -> Any: ...

    def write(self, survey: Survey, task: Task, result: Any, at: datetime) -> None: ...

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        """The upstream refused this one thing: note it, and go on with the next."""


class Offline:
    """A phase that asks the upstream nothing."""

    needs_call = False

    def read(self, client: Client, task: Task) -> None:
        return None

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        raise AssertionError("nobody was asked")


class Paged:
    """Pages of one list, read to the end as the counts tell it; the upstream's `nextPage` goes on for ever."""

    name = ""
    needs_call = True

    def next_task(self, survey: Survey) -> Task | None:
        return None if survey.cursor.get("is_over") else {"page": survey.cursor.get("page", 1)}

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        note(survey, f"{self.name.capitalize()}, page {task['page']}: {reason}")
        survey.count(self.name, refused=1)
        survey.cursor["is_over"] = True

    def turn(self, survey: Survey, task: Task, page: Page[Any]) -> None:
        """Where a list is not counted, a page that starts like one before is the end."""
        note_what_is_unread(survey, self.name, page)
        first = page.items[0].id if page.items else ""
        begun = survey.cursor.get("begun", [])
        is_stuck = page.total_pages is None and first in begun
        is_counted_out = page.total_pages is not None and task["page"] >= page.total_pages
        survey.cursor |= {
            "page": task["page"] + 1,
            "pages": page.total_pages,
            "begun": [*begun, first] if page.total_pages is None else [],
            "is_over": page.is_last or is_stuck or is_counted_out,
        }


def note_what_is_unread(survey: Survey, what: str, page: Page[Any]) -> None:
    """One odd value or item is noted and left; what could not be read is there all the same, so nothing is missing."""
    for each in page.left_out:
        note(survey, f"{what.capitalize()}, page {page.current_page}: one could not be read and is left: {each}")
    if page.left_out:
        survey.count(what, unread=len(page.left_out))
    for item in page.items:
        if getattr(item, "unread", ()):
            name = getattr(item, "name", "") or getattr(item, "address", "") or getattr(item, "domain", "") or item.id
            note(survey, f"{name}: {', '.join(item.unread)} could not be read; what is here stays.")


class Users(Paged):
    name = "users"

    def next_task(self, survey: Survey) -> Task | None:
        task = super().next_task(survey)
        return {**task, "knows_countries": survey.cursor.get("knows_countries", False)} if task else None

    def read(self, client: Client, task: Task) -> Read[Page[ToldUser]]:
        page = client.users.list(task["page"])
        is_clear = task["knows_countries"] or all(is_understood(each.country) for each in page.items)
        return page, {} if is_clear else client.geo.countries()

    def write(self, survey: Survey, task: Task, result: Any, at: datetime) -> None:
        result, countries = result
        if countries:
            store_names(countries)
            survey.calls += 1
            survey.cursor["knows_countries"] = True
        seen = {each["id"] for each in survey.people}
        survey.keep(survey.people + [as_person(each) for each in result.items if each.id not in seen])
        self.turn(survey, task, result)

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        """Who may not see the users sees nothing: a key that is wrong must not look like an account that is empty."""
        survey.state, survey.last_error = Survey.State.FAILED, f"The upstream does not show its users: {reason}"[:300]


class OneUser(Paged):
    """Proves the user's id first: a wrong one gives empty lists and no error (contract, quirk 2)."""

    name = "user"

    def next_task(self, survey: Survey) -> Task | None:
        assert survey.customer is not None
        return None if survey.cursor.get("is_over") else {"user_id": survey.customer.upstream_id}

    def read(self, client: Client, task: Task) -> Read[ToldUser]:
        told = client.users.get(task["user_id"])
        return told, {} if is_understood(told.country) else client.geo.countries()

    def write(self, survey: Survey, task: Task, result: Any, at: datetime) -> None:
        assert survey.customer is not None
        result, countries = result
        if countries:
            store_names(countries)
            survey.calls += 1
        note(survey, country_note(result))
        survey.keep([{"id": result.id}])
        changed = drift.note_contact(survey.customer, contact_differences(survey.customer, result))
        survey.count(self.name, known=1, changed=changed)
        survey.cursor["is_over"] = True

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        """Without people every later phase has nothing to do, and nothing is taken to be missing."""
        note(survey, f"The upstream does not know this customer: {reason}")
        survey.cursor["is_over"] = True


class Customers(Offline):
    """Makes, ties or finds the customers of all users that were read."""

    name = "customers"

    def next_task(self, survey: Survey) -> Task | None:
        start = survey.cursor.get("start", 0)
        return {"start": start} if start < len(survey.people) else None

    def write(self, survey: Survey, task: Task, result: None, at: datetime) -> None:
        counted = Counter(each["email"].lower() for each in survey.people)
        twins = {email for email, number in counted.items() if number > 1}
        brand = survey.brand or Brand.objects.filter(is_default=True).first() or Brand.objects.earliest("pk")
        for person in survey.people[task["start"] : task["start"] + BATCH]:
            with perhaps(survey):
                told = ToldUser(**person)
                adopted = adopt_user(told, brand=brand, twins=twins, at=at, agreed=survey.agreed_ties)
                if adopted.customer is not None:
                    drift.note_contact(adopted.customer, adopted.differences)
            survey.count(self.name, **{adopted.how: 1, "changed": bool(adopted.differences)})
            note(survey, adopted.note)
            if adopted.asks_for is not None and survey.is_dry:
                survey.propose_tie(adopted.asks_for, told.id, told.company or told.email)
        survey.cursor["start"] = task["start"] + BATCH
        if survey.cursor["start"] >= len(survey.people):
            survey.keep([{"id": each["id"]} for each in survey.people])


class Domains(Paged):
    """The domains of one user after the other."""

    name = "domains"

    def next_task(self, survey: Survey) -> Task | None:
        number = survey.cursor.get("user", 0)
        if number >= len(survey.people):
            return None
        return {"user_id": survey.people[number]["id"], "page": survey.cursor.get("page", 1)}

    def read(self, client: Client, task: Task) -> Page[ToldDomain]:
        return client.domains.list(task["user_id"], task["page"])

    def write(self, survey: Survey, task: Task, result: Page[ToldDomain], at: datetime) -> None:
        owners = owners_of({task["user_id"]})
        found = [(owners.get(task["user_id"]), each) for each in result.items]
        survey.count_of_tie(task["user_id"], self.name, len(found))
        hear(survey, self.name, found, lambda pairs: hear_of_domains(pairs, at=at))
        self.turn(survey, task, result)
        if survey.cursor["is_over"]:
            self._next_user(survey)

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        note(survey, f"Domains of user {task['user_id']}: {reason}")
        number = survey.cursor.get("user", 0)
        survey.keep([{**each, "is_silent": True} if at == number else each for at, each in enumerate(survey.people)])
        self._next_user(survey)

    def _next_user(self, survey: Survey) -> None:
        survey.cursor = {"user": survey.cursor.get("user", 0) + 1}


class MailboxesOfAll(Paged):
    """One list over all users: never more pages than the lists of each."""

    name = "mailboxes"

    def read(self, client: Client, task: Task) -> Page[ToldMailbox]:
        return client.mailboxes.list_of_everyone(task["page"])

    def write(self, survey: Survey, task: Task, result: Page[ToldMailbox], at: datetime) -> None:
        found = list(zip(self.owners(survey, result.items), result.items, strict=True))
        for each in result.items:
            survey.count_of_tie(each.user_id, self.name, 1)
        hear(survey, self.name, found, lambda pairs: hear_of_mailboxes(pairs, at=at))
        self.turn(survey, task, result)

    def owners(self, survey: Survey, told: Sequence[ToldMailbox]) -> list[Customer | None]:
        """By the user, or where the upstream does not say by the domain."""
        by_user = owners_of({each.user_id for each in told})
        by_domain = owners_of_domains({domain_name_of(each) for each in told if not each.user_id})
        return [by_user.get(each.user_id) or by_domain.get(domain_name_of(each)) for each in told]


class MailboxesOfOne(MailboxesOfAll):
    def next_task(self, survey: Survey) -> Task | None:
        task = super().next_task(survey)
        return {**task, "user_id": survey.people[0]["id"]} if task and survey.people else None

    def read(self, client: Client, task: Task) -> Page[ToldMailbox]:
        return client.mailboxes.list(task["user_id"], task["page"])

    def owners(self, survey: Survey, told: Sequence[ToldMailbox]) -> list[Customer | None]:
        own = {"", survey.people[0]["id"]}
        return [survey.customer if each.user_id in own else None for each in told]


class Subscriptions(Paged):
    name = "subscriptions"

    def read(self, client: Client, task: Task) -> Page[ToldSubscription]:
        return client.subscriptions.list(task["page"])

    def write(self, survey: Survey, task: Task, result: Page[ToldSubscription], at: datetime) -> None:
        owners = owners_of({each.user_id for each in result.items})
        found = [(owners.get(each.user_id), each) for each in result.items]
        hear(survey, self.name, found, lambda pairs: hear_of_contracts(pairs, at=at))
        self.turn(survey, task, result)


def domains_without_records() -> QuerySet[Domain]:
    """Whose DNS was never read."""
    return Domain.objects.filter(records_seen_at=None).exclude(upstream_id="").exclude(state__in=Domain.GONE)


class Records:
    """The DNS records of each domain that has none yet; one call a domain, and a dry run leaves them out."""

    name = "records"
    needs_call = True

    def next_task(self, survey: Survey) -> Task | None:
        if survey.is_dry:
            return None
        rows = domains_without_records().filter(pk__gt=survey.cursor.get("after", 0))
        row = rows.select_related("customer").order_by("pk").first()
        return {"domain": row.pk, "name": row.name, "user_id": row.customer.upstream_id} if row else None

    def read(self, client: Client, task: Task) -> Zone:
        return client.dns.list(task["user_id"], task["name"])

    def write(self, survey: Survey, task: Task, result: Zone, at: datetime) -> None:
        hear_of_records(Domain.objects.get(pk=task["domain"]), result, at=at)
        survey.count(self.name, new=len(result.records))
        survey.cursor["after"] = task["domain"]

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        note(survey, f"Records of {task['name']}: {reason}")
        survey.cursor["after"] = task["domain"]


class OldestRecords(Records):
    """A sweep reads the zones that were read longest ago, a few at a time: each costs a call of its own."""

    def next_task(self, survey: Survey) -> Task | None:
        done = survey.cursor.get("done", [])
        if not survey.people or len(done) >= MOST_ZONES:
            return None
        rows = Domain.objects.filter(customer=survey.customer).exclude(upstream_id="").exclude(state__in=Domain.GONE)
        is_old = Q(records_seen_at=None) | Q(records_seen_at__lt=survey.began_at - ZONE_IS_OLD)
        row = (
            rows.filter(is_old).exclude(pk__in=done).order_by(F("records_seen_at").asc(nulls_first=True), "pk").first()
        )
        return {"domain": row.pk, "name": row.name, "user_id": survey.people[0]["id"]} if row else None

    def write(self, survey: Survey, task: Task, result: Zone, at: datetime) -> None:
        super().write(survey, task, result, at)
        self._tick_off(survey, task)

    def pass_over(self, survey: Survey, task: Task, reason: str) -> None:
        super().pass_over(survey, task, reason)
        self._tick_off(survey, task)

    def _tick_off(self, survey: Survey, task: Task) -> None:
        survey.cursor = {"done": [*survey.cursor.get("done", []), task["domain"]]}


class Closing(Offline):
    """Marks what was not heard of, and brings to staff what two whole readings came without."""

    name = "closing"

    def next_task(self, survey: Survey) -> Task | None:
        return None if survey.cursor.get("is_over") or survey.is_dry else {}

    def write(self, survey: Survey, task: Task, result: None, at: datetime) -> None:
        note_what_is_missing(survey, at=at)
        survey.cursor["is_over"] = True


PHASES: Mapping[str, tuple[Phase, ...]] = {
    Survey.Kind.ADOPT: (*(Users(), Customers(), Domains(), MailboxesOfAll(), Subscriptions(), Records(), Closing()),),
    Survey.Kind.CUSTOMER: (OneUser(), Domains(), MailboxesOfOne(), OldestRecords(), Closing()),
    Survey.Kind.SUBSCRIPTIONS: (Subscriptions(), Closing()),
}
