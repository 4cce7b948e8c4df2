"""The left rail: one entry for each room that a role may enter, and the companies of a person."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import reverse

ENTRIES = (
    ("overview", "Overview", "layout-dashboard", "overview.view"),
    ("domains:list", "Domains", "globe", "domains.view"),
    ("mailboxes:list", "Mailboxes", "mail", "mailboxes.view"),
    ("orders:list", "Orders", "package", "orders.view"),
    ("billing:statement", "Billing", "credit-card", "billing.view"),
)


@dataclass(frozen=True)
class Entry:
    url: str
    label: str
    icon: str
    is_current: bool


@lru_cache(maxsize=4096)
def url_of(name: str, *args: object) -> str:
    """`reverse`, which is asked the same fourteen times on every page."""
    return reverse(name, args=args)


def entries(*, customer: str, path: str, may: Callable[[str], bool]) -> tuple[Entry, ...]:
    """The entries for this role, with the one that `path` lies in marked."""
    found = [(url_of(name, customer), label, icon, right) for name, label, icon, right in ENTRIES]
    current = max((url for url, *_ in found if path.startswith(url)), key=len, default="")
    return tuple(Entry(url, label, icon, url == current) for url, label, icon, right in found if may(right))


def companies(known: Iterable[tuple[str, str, bool]]) -> tuple[Entry, ...]:
    """The companies to switch between, of slug, name and whether it is the current one."""
    return tuple(Entry(url_of("overview", slug), name, "users", is_current) for slug, name, is_current in known)
