"""From words on the command line to the query and body of an operation."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from reseller_portal.upstream.cli.errors import UsageError
from reseller_portal.upstream.models.pictures import picture_type
from reseller_portal.upstream.routes import ROUTES, Route
from reseller_portal.upstream.transport import FormPart

# Where a missing or empty list means, or may mean, all that there is.
NEEDS_A_LIST = {
    "get_domain_renewal_prices": ("domains",),
    "renew_domains": ("domains",),
    "set_domain_auto_renew": ("domains",),
    "remove_domains": ("domainIds", "domains"),
    "renew_subscriptions": ("subscriptionIds",),
    "recreate_subscriptions": ("subscriptionIds", "domainNames"),
    "cancel_subscription": ("subscriptionId", "domain"),
    "export_mailboxes": ("componentMailboxIds", "mailboxIds"),
    "create_placement_test": ("mailboxIds",),
}
# Where the default of `confirm` is unknown and decides about money.
NEEDS_CONFIRM = {"create_order", "create_mailbox_order", "create_order_form", "add_mailboxes_form"}
FORMS = {"create_order_form", "add_mailboxes_form"}


@dataclass(frozen=True)
class Request:
    """What one operation is sent; `body` and `form` exclude each other."""

    operation: str
    query: Mapping[str, Any]
    body: Mapping[str, Any] | None
    form: Sequence[FormPart] | None = None


def pairs(words: Sequence[str]) -> dict[str, Any]:
    """`key=text` and `key:=JSON`. Raises `UsageError` for anything else."""
    return dict(_pair(word) for word in words)


def request(operation: str, words: Sequence[str], body: str = "") -> Request:
    """The request of a call, checked for what must never be sent. Raises `UsageError`."""
    route = route_of(operation)
    given = {**(_object(body) if body else {}), **pairs(words)}
    query = {key: value for key, value in given.items() if key in route.query}
    content = {key: value for key, value in given.items() if key not in route.query}
    _check(operation, route, content)
    if operation in FORMS:
        return Request(operation, query, None, [_part(key, value) for key, value in content.items()])
    return Request(operation, query, content or None)


def route_of(operation: str) -> Route:
    if operation not in ROUTES:
        near = get_close_matches(operation, ROUTES, n=1)
        advice = f"did you mean {near[0]}?" if near else "`operations` lists them"
        raise UsageError(f"no operation {operation!r}: {advice}")
    return ROUTES[operation]


def _check(operation: str, route: Route, content: Mapping[str, Any]) -> None:
    if route.method == "GET" and content:
        raise UsageError(f"{operation} takes: {', '.join(route.query) or 'nothing'}")
    lists = NEEDS_A_LIST.get(operation, ())
    if lists and not any(content.get(key) for key in lists):
        raise UsageError(f"{operation} needs {' or '.join(lists)}: none might mean all of them")
    if operation in NEEDS_CONFIRM and not isinstance(content.get("confirm"), bool):
        raise UsageError(f"{operation} needs confirm:=false (a draft) or confirm:=true (charges at once)")
    if empty := [key for key, value in content.items() if value == []]:
        raise UsageError(f"{empty[0]} is empty, which may mean all")


def _pair(word: str) -> tuple[str, Any]:
    key, sign, value = word.partition("=")
    if not sign or not key.rstrip(":"):
        raise UsageError(f"{word!r} is not key=value")
    return (key[:-1], _json(value)) if key.endswith(":") else (key, value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError(f"{text!r} is not JSON") from None


def _object(text: str) -> dict[str, Any]:
    content = _json(text)
    if not isinstance(content, dict):
        raise UsageError("the body is an object")
    return content


def _part(key: str, value: Any) -> FormPart:
    """`files[address]=@path` sends a file; objects travel as JSON."""
    if isinstance(value, str) and value.startswith("@"):
        path = Path(value[1:])
        try:
            return key, (path.name, path.read_bytes(), picture_type(path.name))
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        except ValueError as error:
            raise UsageError(str(error)) from None
    return key, (None, value if isinstance(value, str) else json.dumps(value))
