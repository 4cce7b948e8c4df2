"""What can be listed and what can be got, by the names an operator uses."""

from collections.abc import Callable, Iterable, Mapping
from inspect import signature
from itertools import islice
from typing import Any

from reseller_portal.upstream.cli.errors import UsageError
from reseller_portal.upstream.client import Client

Reading = Callable[..., Any]


def lists(client: Client) -> dict[str, Reading]:
    """The things in number. Their parameters are the words `key=value` after the name."""
    return {
        "users": client.users.all,
        "domains": client.domains.all,
        "mailboxes": client.mailboxes.all,
        "every-mailbox": client.mailboxes.all_of_everyone,
        "subscriptions": client.subscriptions.all,
        "records": lambda user_id, domain: client.dns.list(user_id, domain).records,
        "prewarmed": client.prewarm.all,
        "placement-reports": client.placement.all_reports,
        "logins": lambda user_id: _by_name(client.exports.logins(user_id), "app", "connection"),
        "workspaces": client.exports.workspaces,
        "countries": lambda: _by_name(client.geo.countries(), "name", "code"),
        "states": lambda country_code: _by_name(client.geo.states(country_code), "name", "code"),
    }


def things(client: Client) -> dict[str, Reading]:
    """The single things; their first parameter may be given bare."""
    return {
        "user": client.users.get,
        "domain": lambda name, user_id: client.domains.get(user_id, name),
        "mailbox": client.mailboxes.get,
        "order": lambda order_id, user_id: client.orders.get(user_id, order_id),
        "order-status": lambda order_id, user_id: client.orders.status(user_id, order_id),
        "availability": client.domains.check,
        "workspace": lambda domain, provider: client.domains.check_workspace(domain, provider=provider),
        "wallet": client.wallet.get,
    }


def read_list(client: Client, name: str, given: Mapping[str, Any], first: int) -> tuple[list[Any], bool]:
    """The first things of a list, 0 meaning all, and whether there are more."""
    if first < 0:
        raise UsageError("--first is a number of things, 0 for all")
    found: Iterable[Any] = _call(name, lists(client)[name], (), given)
    things = list(islice(found, first + 1 if first else None))
    return (things[:first], len(things) > first) if first else (things, False)


def read_thing(client: Client, name: str, bare: tuple[str, ...], given: Mapping[str, Any]) -> Any:
    return _call(name, things(client)[name], bare, given)


def wants(read: Reading) -> str:
    """The words that a reading takes; those in brackets may be left out."""
    parameters = signature(read).parameters.values()
    return " ".join(each.name if each.default is each.empty else f"[{each.name}]" for each in parameters)


def _call(name: str, read: Reading, bare: tuple[str, ...], given: Mapping[str, Any]) -> Any:
    try:
        bound = signature(read).bind(*bare, **given)
    except TypeError:
        wanted = ", ".join(signature(read).parameters) or "nothing"
        raise UsageError(f"{name} takes: {wanted}") from None
    return read(*bound.args, **bound.kwargs)


def _by_name(found: Mapping[str, Any], key: str, value: str) -> list[dict[str, Any]]:
    return [{key: name, value: item} for name, item in found.items()]
