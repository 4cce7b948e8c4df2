"""Secrets of the embedded install: made once, kept beside the data, readable by their owner alone."""

import base64
import json
import os
import secrets
from pathlib import Path

NAMES = ("SECRET_KEY", "FIELD_KEYS", "OWNER_PASSWORD", "APP_PASSWORD", "SANDBOX_PASSWORD")


def load_keys(folder: Path) -> dict[str, str]:
    """The secrets of this data folder, made when there are none."""
    path = folder / "secrets.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in NAMES if name not in known]
    if missing:
        known |= {name: _new(name) for name in missing}
        _write(path, known)
    return known


def _new(name: str) -> str:
    if name == "FIELD_KEYS":
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    return secrets.token_urlsafe(48)


def _write(path: Path, known: dict[str, str]) -> None:
    """Never readable by others, not even for a moment, and never half written."""
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(known, file, indent=2)
    fresh.replace(path)
