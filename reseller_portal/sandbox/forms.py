"""Read a multipart/form-data body: parts that hold JSON become values, files become picture addresses."""

import hashlib
import json
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any, cast

from reseller_portal.sandbox.wire import Refusal

PICTURES = "_pictures"
PICTURE_TYPES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
LARGEST_PICTURE = 2 * 1024 * 1024


def read_form(content_type: str, body: bytes) -> dict[str, Any]:
    """The fields by name, pictures under `PICTURES` keyed username@domain. Raises `Refusal` 400."""
    whole = BytesParser(policy=policy.HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    if not whole.is_multipart():
        raise Refusal(400, "The form is not valid multipart data")
    fields: dict[str, Any] = {}
    pictures: dict[str, str] = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str):
            raise Refusal(400, "A part of the form has no name")
        if part.get_filename():
            pictures[_picture_key(name)] = _picture_address(cast(EmailMessage, part))
        else:
            fields[name] = _value(cast(bytes, part.get_payload(decode=True) or b""))
    return {**fields, PICTURES: pictures}


def _picture_key(name: str) -> str:
    """`files[maya@name.com]`, or just the key."""
    return (name.removeprefix("files[").removesuffix("]") if name.startswith("files[") else name).lower()


def _picture_address(part: EmailMessage) -> str:
    content = cast(bytes, part.get_payload(decode=True) or b"")
    if part.get_content_type() not in PICTURE_TYPES:
        raise Refusal(400, "A picture must be PNG, JPEG, GIF or WebP")
    if not 0 < len(content) <= LARGEST_PICTURE:
        raise Refusal(400, "A picture must hold between one byte and 2 MB")
    return f"https://pictures.sandbox.invalid/{hashlib.sha256(content).hexdigest()[:32]}"


def _value(content: bytes) -> Any:
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise Refusal(400, "A part of the form is not UTF-8") from None
    try:
        return json.loads(text)
    except ValueError:
        return text
