"""Names and prices: what is taken, what it costs, what to suggest. By rule: one question has one answer."""

import hashlib
from collections.abc import Iterable

from reseller_portal.sandbox.models import Domain, Reserved

YEAR_PRICES_MINOR = {
    "com": 1299, "net": 1450, "org": 1199, "co": 2750, "io": 3900, "info": 999, "biz": 1650, "live": 2300,
    "dev": 1400, "app": 1500, "email": 2200, "agency": 2400, "xyz": 1150, "online": 1850,
}  # fmt: skip
OTHER_PRICE_MINOR = 1800
RENEWAL_PERCENT = 119
MAILBOX_PRICE_MINOR = 300
WARMUP_PRICE_MINOR = 100
SUGGESTED_TLDS = ("com", "net", "org", "co", "info", "biz", "live")
TAKEN = {"google.com", "microsoft.com", "apple.com", "amazon.com", "facebook.com", "example.com", "github.com"}
PREFIXES = ("get", "try", "go", "use", "meet", "hello", "with", "join", "team", "the")
SUFFIXES = ("hq", "mail", "team", "reach", "labs", "app", "now", "works", "group", "desk")
LIVING = ("PENDING", "ACTIVE", "RENEWING", "GRACE_PERIOD")


def price_minor(name: str, years: int = 1) -> int:
    return YEAR_PRICES_MINOR.get(name.rpartition(".")[2], OTHER_PRICE_MINOR) * years


def renewal_minor(name: str) -> int:
    return price_minor(name) * RENEWAL_PERCENT // 100


def is_taken(name: str) -> bool:
    """By list, by fate, by a rule (`taken` in the name), or because somebody here owns it."""
    return (
        name in TAKEN
        or "taken" in name.partition(".")[0]
        or _has_fate(name, "taken")
        or Domain.objects.filter(name=name, status__in=LIVING).exists()
    )


def has_workspace(name: str) -> bool:
    return "workspace" in name.partition(".")[0] or _has_fate(name, "workspace")


def has_hidden_conflict(name: str) -> bool:
    """Found only after the domain was charged (contract, quirk 14)."""
    return "conflict" in name.partition(".")[0] or _has_fate(name, "conflict")


def registry_refuses(name: str) -> bool:
    return "unlucky" in name.partition(".")[0] or _has_fate(name, "unlucky")


def suggest(keyword: str, tlds: Iterable[str]) -> list[str]:
    """Up to 20 free names near a keyword; the very name asked for may be missing (contract, quirk 39)."""
    stem = "".join(each for each in keyword.lower().partition(".")[0] if each.isalnum() or each == "-").strip("-")
    if not stem:
        return []
    forms = [stem, *(f"{prefix}{stem}" for prefix in PREFIXES), *(f"{stem}{suffix}" for suffix in SUFFIXES)]
    chosen = [tld for tld in tlds if tld] or list(SUGGESTED_TLDS)
    names = [f"{form}.{chosen[_spread(form) % len(chosen)]}" for form in forms]
    return [name for name in dict.fromkeys(names) if not is_taken(name)][:20]


def _spread(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]


def _has_fate(name: str, fate: str) -> bool:
    return Reserved.objects.filter(name=name, fate=fate).exists()
