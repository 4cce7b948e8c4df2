"""The admin's left rail: what staff open every day first, money and machinery below."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "",
        (
            ("accounts.customer", "Customers", "users"),
            ("billing.order", "Orders", "package"),
            ("operations.operation", "Operations", "activity"),
            ("mirror.drift", "Drift", "arrow-right"),
        ),
    ),
    (
        "Money",
        (
            ("billing.transaction", "Ledger", "file-text"),
            ("billing.account", "Balances", "wallet"),
            ("billing.pricerule", "Prices", "tag"),
            ("billing.shortfall", "Delivered, not charged", "file-text"),
            ("billing.unsellablename", "Names not sold again", "globe"),
            ("mirror.bookscheck", "Checks of the books", "check"),
        ),
    ),
    (
        "System",
        (
            ("mirror.survey", "Upstream account", "refresh-cw"),
            ("webhooks.event", "Upstream events", "download"),
            ("accounts.mail", "E-mails", "mail"),
            ("accounts.brand", "Brands", "bookmark"),
            ("accounts.user", "People", "user"),
            ("accounts.auditentry", "Audit trail", "history"),
        ),
    ),
)
REST = "More"


@dataclass(frozen=True)
class Entry:
    url: str
    label: str
    icon: str
    is_current: bool


@dataclass(frozen=True)
class Group:
    name: str
    entries: list[Entry] = field(default_factory=list)


def groups_for(request: HttpRequest, apps: Iterable[dict[str, Any]]) -> list[Group]:
    """What this member of staff may open; a model that no group names stands at the end, so that none is lost."""
    urls = {
        f"{app['app_label']}.{model['object_name'].lower()}": (model["admin_url"], str(model["name"]))
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }
    home = reverse("admin:index")
    found = [Group(name, _entries(request, places, urls)) for name, places in GROUPS]
    found[0].entries.insert(0, Entry(home, "Overview", "layout-dashboard", request.path == home))
    rest = [Entry(url, name, "list-filter", request.path.startswith(url)) for url, name in urls.values()]
    return [group for group in [*found, Group(REST, rest)] if group.entries]


def _entries(
    request: HttpRequest, places: Iterable[tuple[str, str, str]], urls: dict[str, tuple[str, str]]
) -> list[Entry]:
    """Takes what it names out of `urls`."""
    named = [(urls.pop(key)[0], label, icon) for key, label, icon in places if key in urls]
    return [Entry(url, label, icon, request.path.startswith(url)) for url, label, icon in named]
