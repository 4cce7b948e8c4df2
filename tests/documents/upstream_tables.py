"""`python -m tests.documents.upstream_tables` writes the tables of docs/upstream.md anew."""

import os
import re
from collections.abc import Iterable, Sequence

from reseller_portal.upstream.routes import ROUTES
from tests.documents.client_methods import ROOT, operations_of_methods, uses

DOCUMENT = ROOT / "docs" / "upstream.md"
COMMAND = "python -m tests.documents.upstream_tables"
# What a file is to the people who use the portal; a file that is not here is shown by its name.
WORDS = {
    "billing/availability.py": "finding domains and checking an order",
    "billing/handlers/accounts.py": "a customer's first order",
    "billing/handlers/drafts.py": "drafting an order",
    "billing/handlers/processing.py": "buying and watching an order",
    "billing/services/wallet.py": "task `billing.read_wallet`, staff's first page",
    "mailboxes/handlers.py": "revealing a credential",
    "mirror/handlers.py": "repairing drift",
    "mirror/phases.py": "adopting and sweeps",
    "mirror/refresh.py": "refresh now",
}


def write() -> None:
    text = DOCUMENT.read_text()
    for name, table in tables().items():
        text = replaced(text, name, table)
    DOCUMENT.write_text(text)


def tables() -> dict[str, str]:
    return {"operations": _operations(), "guesses": _guesses()}


def replaced(text: str, name: str, table: str) -> str:
    """The document with the table between its two marks. Raises `LookupError` without them."""
    marks = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
    if not marks.search(text):
        raise LookupError(f"docs/upstream.md has no place for {name}")
    return marks.sub(lambda found: f"{found[1]}{table}{found[2]}", text)


def _operations() -> str:
    methods, users, served = _methods_by_operation(), _users_by_operation(), _served()
    rows = [
        (f"`{name}`", _code(methods[name]), _code(served[name]), route.evidence, ", ".join(users.get(name, ["–"])))
        for name, route in ROUTES.items()
    ]
    return _table(("operation", "client", "sandbox serves", "evidence", "used by"), rows)


def _guesses() -> str:
    rows = [
        (f"`{name}`", f"`{route.place}`", route.evidence, _code(route.alternatives) or "–")
        for name, route in ROUTES.items()
        if route.evidence in {"assumed", "sister"} or route.alternatives
    ]
    return _table(("operation", "believed to be", "evidence", "tried when that is no route"), rows)


def _methods_by_operation() -> dict[str, list[str]]:
    pairs = [(operation, method) for method, found in operations_of_methods().items() for operation in found]
    return _grouped(pairs)


def _users_by_operation() -> dict[str, list[str]]:
    of_method = operations_of_methods()
    pairs = [
        (operation, WORDS.get(file, f"`{file}`"))
        for file, methods in uses().items()
        for method in methods
        for operation in of_method[method]
    ]
    return _grouped(pairs)


def _served() -> dict[str, list[str]]:
    """The routes of the running sandbox, its own first, then those it serves as well."""
    import reseller_portal.sandbox.serving  # noqa: F401  # it fills the table
    from reseller_portal.sandbox.wire import OPERATIONS

    found = sorted(OPERATIONS.values(), key=lambda each: not each.is_first)
    served: dict[str, list[str]] = {}
    for each in found:
        served.setdefault(each.name, []).append(f"{each.method} {each.path}")
    return served


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in sorted(set(pairs)):
        found.setdefault(key, []).append(value)
    return found


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "reseller_portal.sandbox.settings"
    django.setup()
    write()
