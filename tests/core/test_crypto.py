"""Secrets at rest."""

from typing import Any

import pytest
from cryptography.fernet import Fernet

from reseller_portal.core.crypto import Undecipherable, decrypt, encrypt, rotate


def test_a_secret_reads_back_and_is_not_in_clear() -> None:
    token = encrypt("hunter2")
    assert "hunter2" not in token
    assert decrypt(token) == "hunter2"


def test_an_old_key_still_reads_and_rotation_moves_to_the_new_one(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    token = encrypt("")
    settings.FIELD_KEYS = [new, old]
    token = rotate(token)
    settings.FIELD_KEYS = [new]
    assert decrypt(token) == ""


def test_a_changed_token_raises_and_is_never_empty() -> None:
    with pytest.raises(Undecipherable):
        decrypt(encrypt("x")[:-4] + "AAAA")
