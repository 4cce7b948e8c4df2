"""A survey of the account in plain figures: what it found, how far it is, what the rest will take."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from domains.models import Domain
from mirror.models import Survey
from mirror.phases import PHASES, domains_without_records

# What is counted as one thing and as several, in the order in which it is read.
NOUNS = {
    "customers": "customer",
    "domains": "domain",
    "mailboxes": "mailbox",
    "subscriptions": "subscription",
    "records": "DNS record",
}
LABELS = {
    "users": "List of customers",
    "customers": "Customers",
    "domains": "Domains",
    "mailboxes": "Mailboxes",
    "subscriptions": "Subscriptions",
    "records": "DNS records",
    "closing": "What was not found",
}
# Phases that a dry run passes by.
WET = frozenset({"records", "closing"})


@dataclass(frozen=True)
class Figure:
    """One kind of thing. `differing` are known and not as the portal had them; `missing` are known here alone."""

    what: str
    new: int
    known: int
    differing: int
    missing: int

    @property
    def label(self) -> str:
        return LABELS[self.what]


@dataclass(frozen=True)
class Step:
    """One phase of the walk. `state` is waiting, working or done; `detail` says how far it is."""

    label: str
    state: str
    detail: str = ""


@dataclass(frozen=True)
class Estimate:
    calls: int
    minutes: int
    pace: int


def figures(survey: Survey) -> list[Figure]:
    """Of every kind of thing that was counted, and always of the first four."""
    wanted = [what for what in NOUNS if what != "records" or what in survey.counts]
    return [_figure(what, survey.counts.get(what, {})) for what in wanted]


def found(survey: Survey) -> str:
    """What is new and what is known, as a sentence; what there is none of is left out."""
    counted = figures(survey)
    new = [counted_noun(each.new, NOUNS[each.what]) for each in counted if each.new]
    known = [counted_noun(each.known, NOUNS[each.what]) for each in counted if each.known]
    parts = [f"{listed(new)} {_are(counted, 'new')} new" if new else "Nothing is new"]
    parts += [f"{listed(known)} {_are(counted, 'known')} known"] if known else []
    return "; ".join(parts) + "."


def steps(survey: Survey) -> list[Step]:
    names = [phase.name for phase in PHASES[survey.kind] if not (survey.is_dry and phase.name in WET)]
    here = names.index(survey.phase) if survey.phase in names else len(names)
    is_over = survey.state == Survey.State.DONE
    return [
        Step(
            LABELS[name],
            "done" if is_over or number < here else "working" if number == here else "waiting",
            "" if is_over or number != here else how_far(survey),
        )
        for number, name in enumerate(names)
    ]


def how_far(survey: Survey) -> str:
    """*page 3 of 12*, *customer 4 of 37*: within the phase that it is in; empty before the first answer."""
    cursor = survey.cursor
    if survey.phase == "customers":
        return _of("customer", min(cursor.get("start", 0), len(survey.people)), len(survey.people))
    if survey.phase == "domains":
        return _of("customer", cursor.get("user", 0), len(survey.people))
    if survey.phase == "records":
        done = Domain.objects.filter(records_seen_at__gte=survey.began_at).count()
        return _of("domain", done, done + domains_without_records().filter(pk__gt=cursor.get("after", 0)).count())
    return _of("page", cursor.get("page", 1) - 1, cursor.get("pages"))


def estimate(dry_run: Survey) -> Estimate:
    """What taking over what this dry run found will cost: the same pages again, and one call for each domain's DNS."""
    domains = dry_run.counts.get("domains", {}).get("new", 0) + domains_without_records().count()
    calls = dry_run.calls + domains
    pace = settings.UPSTREAM_CALLS_PER_SECOND
    return Estimate(calls, max(1, math.ceil(calls / pace / 60)), pace)


def was_refused(survey: Survey) -> bool:
    """Whether there is a list that the upstream would not show."""
    return any(counted.get("refused") for counted in survey.counts.values())


def counted_noun(number: int, noun: str) -> str:
    """*1 mailbox*, *1,204 mailboxes*."""
    plural = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{number:,} {noun if number == 1 else plural}"


def listed(words: list[str]) -> str:
    """*a*, *a and b*, *a, b and c*."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _figure(what: str, counted: Mapping[str, int]) -> Figure:
    """A customer is made, tied to an upstream user by its e-mail address, or was tied before."""
    return Figure(
        what,
        new=counted.get("new", 0) + counted.get("made", 0),
        known=counted.get("known", 0) + counted.get("tied", 0),
        differing=counted.get("changed", 0),
        missing=counted.get("missing", 0),
    )


def _are(counted: list[Figure], name: str) -> str:
    return "is" if sum(getattr(each, name) for each in counted) == 1 else "are"


def _of(noun: str, done: int, total: int | None) -> str:
    if not done:
        return ""
    return f"{noun} {done:,} of {total:,}" if total is not None else f"{noun} {done:,}"
