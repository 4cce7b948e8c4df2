"""Take over what the upstream says: compare with the rows that are there, write what differs, and tell what did.

The upstream is right about what is. What was here before is told as a `Difference`, so that nothing changes unseen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, Q, QuerySet

from accounts.actors import portal_actor
from accounts.audit import record_all
from accounts.displacing import note_proofs
from accounts.models import Customer

# Answers have milliseconds, events have none.
SAME_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Difference:
    """`kind`: changed, appeared, missing or owner. `here` and `there` fit JSON."""

    kind: str
    customer: Customer
    subject: Model
    name: str
    field: str = ""
    here: Any = None
    there: Any = None


@dataclass
class Heard:
    """What a reading came to. `notes` are sentences about what could not be taken over.

    `busy` holds (customer, domain name) of what somebody else was writing at that moment: it must be read once more,
    because what he writes may be older than what was read here.
    """

    known: int = 0
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    busy: list[tuple[Customer, str]] = field(default_factory=list)

    @property
    def new(self) -> int:
        return sum(each.kind == "appeared" for each in self.differences)

    @property
    def changed(self) -> int:
        return len({(each.subject.pk) for each in self.differences if each.kind == "changed"})

    def add(self, other: "Heard") -> None:
        self.known += other.known
        self.differences += other.differences
        self.notes += other.notes
        self.busy += other.busy


@dataclass(frozen=True)
class Match:
    """One thing as it was told, on the domain `home`, and the row of it. What is None or "" changes nothing.

    Without a row one is made by `make`; with neither, `note` says why the thing is left alone. A thing that `is_busy`
    is being written by somebody else.
    """

    customer: Customer
    home: str
    values: Mapping[str, Any]
    row: Model | None = None
    make: Callable[[], Model] | None = None
    note: str = ""
    is_busy: bool = False


MakeRoom = Callable[[Sequence[Any], datetime], Sequence[Any]]


def take_in(matches: Iterable[Match], *, noun: str, at: datetime, make_room: MakeRoom) -> Heard:
    """Write down what was read at `at`; rows heard of since then stay. In the scope and transaction of the caller.

    What the database refuses because another customer still has it is tried again after `make_room`, which takes it
    off that customer's books and returns the rows that must stay out, because he was heard to have them after `at`.
    """
    heard = Heard()
    changed: list[Model] = []
    same: list[Model] = []
    made: list[tuple[Match, Model]] = []
    for match in matches:
        if match.row is not None:
            (changed if _apply(match, match.row, heard, at) else same).append(match.row)
        elif match.is_busy:
            heard.busy.append((match.customer, match.home))
        elif match.make is not None:
            made.append((match, match.make()))
        elif match.note:
            heard.notes.append(match.note)
        else:
            heard.known += 1
    lost, refused = _create([row for _, row in made]), _update(changed, same, at)
    if lost or refused:
        held = make_room([*lost, *refused], at)
        lost, refused = _try_again(lost, refused, held, noun)
        heard.notes += [f"{row} is another customer's by later news." for row in held]
    heard.busy += [(match.customer, match.home) for match, row in made if row in lost]
    heard.differences += [
        Difference("appeared", match.customer, row, str(row), there=_plain(getattr(row, "state", "")))
        for match, row in made
        if row.pk
    ]
    heard.notes += [f"{row} cannot be taken over: its name is in use here." for row in refused]
    _note_down(heard.differences, noun)
    return heard


def _try_again(
    lost: list[Model], refused: list[Model], held: Sequence[Model], noun: str
) -> tuple[list[Model], list[Model]]:
    """Once more, now that there is room. Returns what was lost or refused again, for a reason that is ours alone."""
    new, old = [row for row in lost if row not in held], [row for row in refused if row not in held]
    lost_again, refused_again = _create(new), _one_after_the_other(old, _fields_of(old))
    proved = [row for row in (*new, *old) if row not in lost_again and row not in refused_again]
    note_proofs(proved, noun=noun)
    return lost_again, refused_again


def lock_what_is_free(rows: QuerySet[Any]) -> tuple[list[Any], list[Any]]:
    """(rows locked for us, rows that somebody else is changing right now and that must be left alone).

    Rows that only point at them, such as mailboxes of a domain, can be written meanwhile.
    """
    ours = list(rows.select_for_update(skip_locked=True, no_key=True, of=("self",)).order_by("pk"))
    return ours, list(rows.exclude(pk__in=[row.pk for row in ours]))


def mark_missing(rows: QuerySet[Any], *, since: datetime, at: datetime) -> list[Any]:
    """Mark the rows that a reading begun at `since` came without. Returns those that an earlier one missed as well.

    Nothing is concluded from one pass: things move between pages while they are read.
    """
    silent = rows.filter(seen_at__lt=since)
    again = list(silent.filter(missing_since__lt=since))
    silent.filter(missing_since=None).update(missing_since=at)
    return again


def is_overtaken(row: Any, at: datetime) -> bool:
    """A reading that took longer than a newer one must not undo it."""
    return bool(row.seen_at > at)


def _apply(match: Match, row: Any, heard: Heard, at: datetime) -> bool:
    heard.known += 1
    if is_overtaken(row, at):
        return False
    found = [
        (name, getattr(row, name), value)
        for name, value in match.values.items()
        if value not in (None, "") and not _is_same(getattr(row, name), value)
    ]
    for name, here, there in found:
        setattr(row, name, there)
        heard.differences.append(
            Difference("changed", match.customer, row, str(row), name, _plain(here), _plain(there))
        )
    row.seen_at, row.missing_since = at, None
    return bool(found)


def _is_same(here: Any, there: Any) -> bool:
    if isinstance(here, datetime) and isinstance(there, datetime):
        return abs(here - there) < SAME_MOMENT
    return bool(here == there)


def _create(rows: Sequence[Model]) -> list[Model]:
    """In one statement, or one by one when somebody else made some of them meanwhile: those are returned."""
    try:
        with transaction.atomic():
            for model in {type(row) for row in rows}:
                model._default_manager.bulk_create(rows)
    except IntegrityError:
        return [row for row in rows if not _is_created(row)]
    return []


def _is_created(row: Model) -> bool:
    row.pk = None
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _update(changed: Sequence[Model], same: Sequence[Model], at: datetime) -> list[Model]:
    """One statement for what is as it was, one for what is not. Returns what the constraints refused."""
    refused: list[Model] = []
    if changed:
        model = type(changed[0])
        fields = _fields_of(changed)
        try:
            with transaction.atomic():
                model._default_manager.bulk_update(changed, fields)
        except IntegrityError:
            refused = _one_after_the_other(changed, fields)
    if same:
        rows = type(same[0])._default_manager.filter(pk__in=[row.pk for row in same])
        rows.filter(Q(seen_at__lt=at)).update(seen_at=at, missing_since=None)
    return refused


def _fields_of(rows: Sequence[Model]) -> list[str]:
    fields = rows[0]._meta.concrete_fields if rows else ()
    return [each.name for each in fields if not each.primary_key and each.name != "customer"]


def _one_after_the_other(rows: Sequence[Model], fields: Sequence[str]) -> list[Model]:
    """One thing may take the name that another one just gave up, so whoever is refused is tried after the others."""
    waiting: list[Model] = list(rows)
    for _ in rows:
        refused = [row for row in waiting if not _is_saved(row, fields)]
        if len(refused) in {0, len(waiting)}:
            return refused
        waiting = refused
    return waiting


def _is_saved(row: Model, fields: Sequence[str]) -> bool:
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError:
        return False
    return True


def _note_down(differences: Iterable[Difference], noun: str) -> None:
    """One audit row for each thing, whatever number of its values changed."""
    before: dict[Any, dict[str, Any]] = {}
    after: dict[Any, dict[str, Any]] = {}
    things: dict[Any, Difference] = {}
    for each in differences:
        if each.kind in {"changed", "appeared"}:
            key = (each.kind, each.subject.pk)
            things[key] = each
            before.setdefault(key, {})
            after.setdefault(key, {})
            if each.field:
                before[key][each.field], after[key][each.field] = each.here, each.there
    verb = {"changed": "changed_upstream", "appeared": "taken_over"}
    record_all(
        entries=[
            (portal_actor(each.customer), f"{noun}.{verb[each.kind]}", each.subject, before[key], after[key])
            for key, each in things.items()
        ]
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
