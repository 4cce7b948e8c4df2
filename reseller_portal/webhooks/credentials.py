"""Credentials in the payload of an event: taken out before it is stored, put back for its handlers."""

import json
from copy import deepcopy
from typing import Any

from accounts.audit import is_secret
from reseller_portal.core.crypto import decrypt, encrypt

# Where a credential stood, and what it was.
Found = tuple[list[str | int], Any]


def take_out(content: Any) -> tuple[Any, str]:
    """The content without anything under a secret-sounding key, at any depth; and that, encrypted ("" if nothing)."""
    found: list[Found] = []
    clean = _without(content, [], found)
    return clean, encrypt(json.dumps(found)) if found else ""


def put_back(clean: Any, secrets: str) -> Any:
    """A copy of the content as it came. Raises `Undecipherable`."""
    content = deepcopy(clean)
    for (*parents, key), value in json.loads(decrypt(secrets)) if secrets else []:
        place = content
        for parent in parents:
            place = place[parent]
        place[key] = value
    return content


def _without(content: Any, path: list[str | int], found: list[Found]) -> Any:
    if isinstance(content, list):
        return [_without(item, [*path, number], found) for number, item in enumerate(content)]
    if not isinstance(content, dict):
        return content
    found.extend(([*path, key], value) for key, value in content.items() if is_secret(key))
    return {key: _without(value, [*path, key], found) for key, value in content.items() if not is_secret(key)}
