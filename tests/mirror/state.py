"""All that the portal's tables say, but for when and how it was heard."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts.tenancy import staff_scope
from billing.models import Account, Order, OrderLine, OrderPart, Subscription
from domains.models import DnsRecord, Domain
from mailboxes.models import Credential, Mailbox
from reseller_portal.core.crypto import decrypt

# When it was heard, and how rows are numbered here.
HOW = {
    *("id", "customer_id", "seen_at", "records_seen_at", "created_at", "missing_since", "registered_at"),
    # Whether an event told that the cost was taken, before the line came to its end; what was booked is compared.
    "is_cost_taken",
}
OF_ORDERS = {"placed_at", "finished_at", "placed_by_id", "reference", "quote_id"}
NEVER_SAID = (None, "")
SECRETS = ("password", "app_password", "authenticator")
KEYS: dict[type[Model], str] = {
    Domain: "name",
    DnsRecord: "upstream_id",
    Mailbox: "upstream_id",
    Subscription: "upstream_id",
    Order: "id",
    OrderPart: "id",
    OrderLine: "id",
}
Rows = dict[str, dict[str, Any]]
State = dict[str, Rows]


def snapshot() -> State:
    with staff_scope("test: what the portal says"):
        state = {model.__name__: _rows(model, key) for model, key in KEYS.items()}
        names = {each.pk: each.name for each in Domain.objects.all()}
        for row in (*state["DnsRecord"].values(), *state["Mailbox"].values()):
            row["domain_id"] = names[row["domain_id"]]
        state["Credential"] = {
            each.mailbox.upstream_id: {kind: _opened(getattr(each, kind)) for kind in SECRETS}
            for each in Credential.objects.select_related("mailbox")
        }
        accounts = Account.objects.values_list("customer_id", "kind", "currency", "balance_minor")
        state["Account"] = {f"{owner} {kind} {unit}": {"balance": sum_} for owner, kind, unit, sum_ in accounts}
    return state


def differences(expected: State, whole: State, found: State) -> list[str]:
    """One line for each value that is not as expected; where nothing was expected, what is true may be known."""
    lines = []
    for table, rows in expected.items():
        for key in sorted(rows.keys() | found[table].keys()):
            here, there, truth = (state[table].get(key) for state in (expected, found, whole))
            if there is None or truth is None:
                lines.append(f"{table} {key}: {here} became {there}")
                continue
            for name, value in there.items():
                wanted = here[name] if here else None
                if value != wanted and not (wanted in NEVER_SAID and value == truth[name]):
                    lines.append(f"{table} {key} {name}: {wanted} became {value}")
    return lines


def _rows(model: type[Model], key: str) -> Rows:
    """What failed has no number of the upstream's, so its address names it."""
    return {str(row[key] or row["address"]): _values(row) for row in model._default_manager.values()}


def _values(row: dict[str, Any]) -> dict[str, Any]:
    told = {name: _to_the_second(value) for name, value in row.items() if name not in HOW | OF_ORDERS}
    is_missing = row.get("missing_since") is not None
    return {**told, "is_missing": is_missing}


def _to_the_second(value: Any) -> Any:
    """Answers have milliseconds, events have none."""
    return value.replace(microsecond=0) if isinstance(value, datetime) else value


def _opened(value: str) -> str:
    return decrypt(value) if value else ""
