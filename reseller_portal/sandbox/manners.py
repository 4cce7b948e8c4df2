"""How the sandbox may be told to behave where the sources differ or the upstream is having a bad day.

What the contract believes is what holds as long as nobody says otherwise.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.faults import Garbled
from reseller_portal.sandbox.wire import Answer, Call, Refusal

# What refuses everything, as it looks to a caller: it says nothing about any one order.
SHUT = ("", "key", "forbidden", "address", "route", "method", "page")
MOST_CALLS = 1_000_000
Check = Callable[[Any], bool]


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_CALLS


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


# By name: what it may be, and the words for that.
KNOWN: dict[str, tuple[Check, str]] = {
    "partial_updates": (_is_flag, "true or false"),
    "optional_fields": (_is_list_of_texts, "a list of the fields that may be left out, such as confirm"),
    "unknown_filters": (_one_of("empty", "refuse"), "empty or refuse"),
    "money": (_one_of("number", "text"), "number or text"),
    "bare_wallet": (_is_flag, "true or false"),
    "workspace_records": (_one_of("bare", "equipped"), "bare or equipped"),
    "calls_per_minute": (_is_count, "a number of calls, 0 for no limit"),
    "name_checks": (_is_count, "a number of name checks in 30 minutes, 0 for no limit"),
    "microsoft_hours": (_is_count, "a number of hours"),
    "shut": (_one_of(*SHUT), " or ".join(each or "nothing" for each in SHUT)),
}


def checked(name: str, value: Any) -> Any:
    """Raises ValueError for a manner that does not exist, or a value that it cannot have."""
    if name not in KNOWN:
        raise ValueError(f"{name} is none of {', '.join(KNOWN)}")
    check, words = KNOWN[name]
    if not check(value):
        raise ValueError(f"{name} must be {words}")
    return value


def refuse_all() -> None:
    """While it is shut nobody gets in. Raises `Refusal`, or `Garbled` where no API answers at all."""
    how = clock.manners().get("shut", "")
    if how in REFUSALS:
        raise Refusal(*REFUSALS[how])
    if how in BARE:
        status, body = BARE[how]
        raise Garbled(status, body, "text/html" if body.startswith(b"<") else "application/json")


REFUSALS: Mapping[str, tuple[int, str]] = {
    "key": (401, "Invalid API Key"),
    "forbidden": (403, "Your plan does not include API access"),
    "address": (403, "IP address is not allowed"),
}
BARE: Mapping[str, tuple[int, bytes]] = {
    "route": (404, b'{"error": "Not Found"}'),
    "method": (405, b'{"error": "Method Not Allowed"}'),
    "page": (200, b"<html><body><h1>Please sign in to the network</h1></body></html>"),
}


def as_written(dollars: float, name: str = "") -> Any:
    """A price of an offer, as it is to be written: a number, a text, or whatever was said for that name."""
    told = clock.manners()
    odd: Mapping[str, Any] = told.get("written_prices", {})
    if name in odd:
        return odd[name]
    return f"{dollars:.2f}" if told.get("money") == "text" else dollars


def wallet_answer(answer: Answer) -> Answer:
    """The wallet's answer, without its envelope where that is the manner."""
    return Answer(200, answer.content["data"]) if clock.manners().get("bare_wallet") else answer


def refuse_unknown(call: Call, key: str, known: Collection[str]) -> None:
    """A filter that names nothing gives an empty list, or is refused where that is the manner."""
    if clock.manners().get("unknown_filters") == "refuse" and call.query.get(key, "") not in {"", *known}:
        raise Refusal(400, f"{key} is missing or malformed")
