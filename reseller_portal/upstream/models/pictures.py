"""Orders that bring pictures along: the form variants of the JSON orders."""

import json
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reseller_portal.upstream.models.orders import MailboxOrderDraft, OrderDraft
from reseller_portal.upstream.transport import FormPart


@dataclass(frozen=True)
class Picture:
    """An image file for the mailbox `email`, which the order makes. Its name tells its type: noor.png, noor.jpg."""

    email: str
    file_name: str
    content: bytes = field(repr=False)

    @property
    def part(self) -> FormPart:
        """Whether the part is called so is not documented; the key is. Raises `ValueError` for a name of no picture."""
        return f"files[{self.email}]", (self.file_name, self.content, picture_type(self.file_name))


def picture_type(file_name: str) -> str:
    """Raises `ValueError` for a name of no picture."""
    kind, _ = mimetypes.guess_type(file_name)
    if kind is None or not kind.startswith("image/"):
        raise ValueError(f"{file_name} is not the name of a picture")
    return kind


def order_form(draft: OrderDraft, pictures: tuple[Picture, ...], masked: Mapping[str, bool]) -> list[FormPart]:
    """`masked` says by domain whether its forwarding keeps the domain in the address bar: only the form knows that."""
    body = draft.wire()
    return _parts({**body, "domains": [_masked(domain, masked) for domain in body["domains"]]}, draft, pictures)


def mailbox_form(draft: MailboxOrderDraft, pictures: tuple[Picture, ...]) -> list[FormPart]:
    """Only for running subscriptions of Google; the form has no more keys. Raises `ValueError` for any other draft."""
    if not draft.subscription_id or draft.provider != "GOOGLE":
        raise ValueError("the form adds to a running Google subscription only")
    known = {"subscriptionId", "mailboxes", "confirm", "google", "autoRenew"}
    return _parts({key: value for key, value in draft.wire().items() if key in known}, draft, pictures)


def _masked(domain: dict[str, Any], masked: Mapping[str, bool]) -> dict[str, Any]:
    name = domain["domain"]
    return {**domain, "maskForwarding": masked[name]} if name in masked else domain


def _parts(
    body: Mapping[str, Any], draft: OrderDraft | MailboxOrderDraft, pictures: tuple[Picture, ...]
) -> list[FormPart]:
    """Objects travel as JSON text, words bare. Raises `ValueError` for links, or pictures of nobody."""
    boxes = [(f"{box.username}@{domain}", box) for domain, inside in draft.mailboxes.items() for box in inside]
    if any(box.profile_picture for _, box in boxes):
        raise ValueError("a form takes picture files, not links")
    if not {picture.email for picture in pictures} <= {email for email, _ in boxes}:
        raise ValueError("a picture of a mailbox that is not ordered")
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in body.items()}
    return [*((key, (None, text)) for key, text in texts.items()), *(picture.part for picture in pictures)]
