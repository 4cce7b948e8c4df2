"""Names and prices: what is taken, what it costs, what to suggest. By rule: one question has one answer."""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping

from reseller_portal.sandbox import clock
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
LABEL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")
# A label holds 63 signs; the longest word before or behind takes five.
LONGEST_STEM = 58
MOST_SUGGESTED = 20
LIVING = ("PENDING", "ACTIVE", "RENEWING", "GRACE_PERIOD")


def price_minor(name: str, years: int = 1) -> int:
    """By its ending, unless somebody moved the price of that very name, or of all (`*`, in percent)."""
    moved = _moved_prices()
    if name in moved:
        return moved[name] * years
    return YEAR_PRICES_MINOR.get(name.rpartition(".")[2], OTHER_PRICE_MINOR) * moved.get("*", 100) // 100 * years


def renewal_minor(name: str) -> int:
    return price_minor(name) * RENEWAL_PERCENT // 100


def mailbox_price_minor() -> int:
    """Of a mailbox in a new subscription, for a month."""
    return _moved_prices().get("mailbox", MAILBOX_PRICE_MINOR)


def _moved_prices() -> Mapping[str, int]:
    found: Mapping[str, int] = clock.manners().get("prices", {})
    return found


def is_owned(name: str) -> bool:
    """Whether somebody here has it already; names that are only on their way do not count."""
    return Domain.objects.filter(name=name, status__in=[each for each in LIVING if each != "PENDING"]).exists()


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


def is_slow(name: str) -> bool:
    """Its mailboxes take about forty minutes, as is reported now and then (contract, section 3)."""
    return "slow" in name.partition(".")[0] or _has_fate(name, "slow")


def mailboxes_fail(name: str) -> bool:
    """They end FAILED after they were paid for."""
    return "boxless" in name.partition(".")[0] or _has_fate(name, "boxless")


def is_refunded(name: str) -> bool:
    """Somebody else had it: charged, failed, and the money comes back minutes later."""
    return "refunded" in name.partition(".")[0] or _has_fate(name, "refunded")


def suggest(keyword: str, tlds: Iterable[str]) -> list[str]:
    """Up to 20 free names near a keyword: the word itself on some endings, then with a word before or behind it.

    A name asked for may be missing (contract, quirk 39): each word lacks one of the endings after the first, by rule.
    """
    stem = _stem(keyword)
    if not stem:
        return []
    chosen = list(dict.fromkeys(tld for tld in tlds if tld)) or list(SUGGESTED_TLDS)
    missing = chosen[1 + _spread(stem) % (len(chosen) - 1)] if len(chosen) > 1 else ""
    longer = [*(f"{prefix}{stem}" for prefix in PREFIXES), *(f"{stem}{suffix}" for suffix in SUFFIXES)]
    names = [f"{stem}.{tld}" for tld in chosen if tld != missing]
    names += [f"{form}.{chosen[_spread(form) % len(chosen)]}" for form in longer]
    return [name for name in dict.fromkeys(names) if not is_taken(name)][:MOST_SUGGESTED]


def _stem(keyword: str) -> str:
    """What of a keyword can stand in a name: plain letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", keyword.lower().partition(".")[0])
    return "".join(each for each in plain if each in LABEL)[:LONGEST_STEM].strip("-")


def _spread(text: str) -> int:
    return hashlib.sha256(text.encode()).digest()[0]


def _has_fate(name: str, fate: str) -> bool:
    return Reserved.objects.filter(name=name, fate=fate).exists()
