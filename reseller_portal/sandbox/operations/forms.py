"""Orders as form data: JSON texts in parts, and pictures as files (contract, quirk 18)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reseller_portal.sandbox.forms import PICTURES
from reseller_portal.sandbox.operations.purchases import place_mailbox_order, place_order
from reseller_portal.sandbox.wire import Answer, Call, Refusal, operation


@operation("create_order_form", "POST", "/orders", writes=True, also=(("POST", "/orders/form-data"),))
def create_order_form(call: Call) -> Answer:
    return place_order(_with_pictures(call))


@operation("add_mailboxes_form", "POST", "/orders/create-mailbox-order", writes=True)
def add_mailboxes_form(call: Call) -> Answer:
    """Google only; deprecated by the vendor, and still listed (contract, quirk 22)."""
    if call.body.get("serviceProvider", "GOOGLE") != "GOOGLE":
        raise Refusal(400, "Only GOOGLE mailboxes can be added here")
    return place_mailbox_order(_with_pictures(call))


def _with_pictures(call: Call) -> Call:
    """Put the uploaded pictures, keyed username@domain, where the JSON orders have their URLs."""
    body = {"billingCycle": "MONTHLY", "serviceProvider": "GOOGLE", **call.body}
    pictures = body.pop(PICTURES, {})
    mailboxes = body.get("mailboxes")
    if not isinstance(mailboxes, Mapping):
        raise Refusal(400, "mailboxes is missing or malformed")
    body["mailboxes"] = {name: _pictured(str(name), rows, pictures) for name, rows in mailboxes.items()}
    return replace(call, body=body)


def _pictured(name: str, rows: Any, pictures: Mapping[str, str]) -> Any:
    if not isinstance(rows, list):
        return rows
    return [
        {**each, "onWarmup": False, "profilePicture": pictures.get(f"{each.get('username')}@{name}".lower(), "")}
        if isinstance(each, Mapping)
        else each
        for each in rows
    ]
