"""JSON under /control/: the same hand on the sandbox, for programs. It needs the key, as the API does."""

import json
import re
from collections.abc import Callable, Mapping, Set
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from reseller_portal.sandbox import clock, delivery, faults, manners
from reseller_portal.sandbox.control import Control, checked_length, checked_speed
from reseller_portal.sandbox.models import Event, Fault, Journal, Movement, Reserved
from reseller_portal.sandbox.router import ALIAS
from reseller_portal.sandbox.steps import ClockIsMoving
from reseller_portal.sandbox.wire import Answer, Refusal

control = Control()
DURATION = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


@dataclass(frozen=True)
class Room:
    """What can be seen there, what can be changed, and the keys of a change.

    A change is one transaction, but where it may take minutes: then others see it on its way.
    """

    look: Callable[[], dict[str, Any]]
    change: Callable[[Mapping[str, Any]], None] | None = None
    takes: Set[str] = frozenset()
    is_one_transaction: bool = True


def answer(method: str, path: str, body: bytes) -> Answer:
    """A page of /control/; GET looks, POST changes and then looks. Raises `Refusal`."""
    room = path.removeprefix("/control/").strip("/")
    if room not in ROOMS:
        raise Refusal(404, f"No such room; there are {', '.join(ROOMS)}")
    found = ROOMS[room]
    if method not in {"GET", "POST"}:
        raise Refusal(405, "GET looks, POST changes")
    if method == "POST":
        with transaction.atomic(using=ALIAS) if found.is_one_transaction else nullcontext():
            _change(found, body)
    return Answer(200, found.look())


def _change(room: Room, body: bytes) -> None:
    """What is not understood changes nothing, a misspelt key included."""
    if room.change is None:
        raise Refusal(405, "Nothing can be changed here")
    try:
        room.change(_wish(room, body))
    except ClockIsMoving as busy:
        raise Refusal(409, str(busy)) from None
    except KeyError as missing:
        raise Refusal(400, f"Not understood: {missing.args[0]} is missing") from None
    except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise Refusal(400, f"Not understood: {error}") from None


def _wish(room: Room, body: bytes) -> dict[str, Any]:
    wish = json.loads(body or b"{}")
    if not isinstance(wish, dict):
        raise ValueError("the body must be a JSON object")
    if strange := sorted(set(wish) - room.takes):
        raise ValueError(f"{strange[0]} is none of {', '.join(sorted(room.takes)) or 'nothing'}")
    return wish


def _amount(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value} is no amount of dollars") from None


def _clock() -> dict[str, Any]:
    row = clock.world()
    return {"now": clock.as_text(clock.now()), "speed": row.speed, "frozen": row.is_frozen}


def _set_clock(wish: Mapping[str, Any]) -> None:
    """Everything is understood before anything is done: a move takes its time and is not taken back."""
    begin = datetime.fromisoformat(str(wish["begin"])) if "begin" in wish else None
    length = timedelta(seconds=float(wish.get("advance_seconds", 0)))
    if "advance" in wish:
        length += duration(str(wish["advance"]), begin or clock.now())
    speed = checked_speed(float(wish["speed"])) if "speed" in wish else None
    checked_length(length, start=begin or clock.now())
    if begin:
        control.begin(begin)
    if {"advance", "advance_seconds"} & set(wish):
        control.advance(length)
    if wish.get("freeze"):
        control.freeze()
    elif wish.get("freeze") is False:
        control.run(clock.world().speed)
    if speed is not None:
        control.run(speed)


def duration(text: str, start: datetime) -> timedelta:
    """An ISO 8601 duration such as P1Y2M or P44DT6H, from `start` on, for months differ. Raises ValueError."""
    found = DURATION.fullmatch(text)
    if found is None or text.endswith(("P", "T")):
        raise ValueError(f"{text} is no ISO 8601 duration")
    told = {unit: float(number) for unit, number in found.groupdict().items() if number}
    months = 12 * int(told.pop("years", 0)) + int(told.pop("months", 0))
    return clock.months_later(start, months) - start + timedelta(**told)


def _faults() -> dict[str, Any]:
    return {"faults": list(Fault.objects.filter(times__gt=0).values("operation", "kind", "times", "options"))}


def _set_fault(wish: Mapping[str, Any]) -> None:
    if wish.get("heal"):
        control.heal()
        return
    beside = {key: value for key, value in wish.items() if key not in {"operation", "kind", "times", "options"}}
    options = {**wish.get("options", {}), **beside}
    control.fault(wish["operation"], wish["kind"], times=int(wish.get("times", 1)), **options)


def _wallet() -> dict[str, Any]:
    return {"balance": control.wallet_minor() / 100, "currency": "USD"}


def _set_wallet(wish: Mapping[str, Any]) -> None:
    if "set" in wish:
        control.set_wallet(_amount(wish["set"]))
    if "add" in wish:
        control.add_to_wallet(_amount(wish["add"]))


def _calls() -> dict[str, Any]:
    """Of the key only the end is kept."""
    newest = Journal.objects.order_by("-pk")[:500]
    rows = [
        {"operation": each.operation, "status": each.status, "at": clock.as_text(each.at), "key": f"…{each.key_end}"}
        for each in newest
    ]
    return {"calls": rows[::-1]}


def _movements() -> dict[str, Any]:
    newest = Movement.objects.order_by("-pk")[:500]
    rows = [
        {"at": clock.as_text(each.at), "cents": each.amount_minor, "reason": each.reason, "order_id": each.order_id}
        for each in newest
    ]
    return {"movements": rows[::-1]}


def _names() -> dict[str, Any]:
    return {"names": list(Reserved.objects.order_by("name").values("name", "fate"))}


def _reserve(wish: Mapping[str, Any]) -> None:
    control.reserve(wish["name"], wish["fate"])


def _manners() -> dict[str, Any]:
    return {"manners": clock.world().manners}


def _set_manners(wish: Mapping[str, Any]) -> None:
    if "generation" in wish:
        control.speak(str(wish["generation"]))
    if "signature" in wish:
        control.sign_like(**wish["signature"])
    if "paths" in wish:
        control.move(**wish["paths"])
    control.behave(**{key: value for key, value in wish.items() if key in manners.KNOWN})


def _prices() -> dict[str, Any]:
    """What was moved: cents by name, of all names (`*`) percent; and how some are written."""
    told = clock.world().manners
    return {"prices": told.get("prices", {}), "written": told.get("written_prices", {})}


def _move_prices(wish: Mapping[str, Any]) -> None:
    if "percent" in wish:
        control.move_prices(wish["percent"])
    if "dollars" in wish:
        control.move_price(wish["name"], _amount(wish["dollars"]))
    if "written" in wish:
        control.write_price(wish["name"], wish["written"])


def _act_at_the_vendor(wish: Mapping[str, Any]) -> None:
    if "remove_mailbox" in wish:
        control.remove_mailbox(str(wish["remove_mailbox"]))
    if "cancel_subscription" in wish:
        control.cancel_subscription(str(wish["cancel_subscription"]))


def _events() -> dict[str, Any]:
    """The newest first, each with what goes over the wire and the log of its delivery."""
    return {"url": delivery.target(), "events": [_event(each) for each in Event.objects.order_by("-pk")[:200]]}


def _event(event: Event) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "name": event.name,
        "at": clock.as_text(event.made_at),
        "state": event.state,
        "attempts": event.attempts,
        "last_status": event.last_status,
        "deliveries": event.deliveries,
        "body": json.loads(event.body),
    }


def _change_events(wish: Mapping[str, Any]) -> None:
    if "url" in wish:
        control.send_to(str(wish["url"]))
        return
    if wish.get("hold"):
        control.hold()
        return
    if wish.get("release"):
        control.release(shuffle=bool(wish.get("shuffle")))
        return
    if not control.replay(wish["replay"]):
        raise ValueError("there is no such event")


CLOCK_KEYS = {"begin", "advance", "advance_seconds", "freeze", "speed"}
ROOMS: dict[str, Room] = {
    "health": Room(lambda: {"status": "ok"}),
    "reset": Room(lambda: {"status": "ok"}, lambda _wish: control.reset()),
    "clock": Room(
        _clock, _set_clock, {"begin", "advance", "advance_seconds", "freeze", "speed"}, is_one_transaction=False
    ),
    "faults": Room(_faults, _set_fault, {"operation", "kind", "times", "options", "heal", "words", *faults.OPTIONS}),
    "wallet": Room(_wallet, _set_wallet, {"set", "add"}),
    "names": Room(_names, _reserve, {"name", "fate"}),
    "calls": Room(_calls),
    "movements": Room(_movements),
    "events": Room(_events, _change_events, {"url", "hold", "release", "shuffle", "replay"}),
    "manners": Room(_manners, _set_manners, {"generation", "signature", "paths", *manners.KNOWN}),
    "prices": Room(_prices, _move_prices, {"name", "dollars", "percent", "written"}),
    "vendor": Room(lambda: {"status": "ok"}, _act_at_the_vendor, {"remove_mailbox", "cancel_subscription"}),
}
