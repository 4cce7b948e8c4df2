"""What the contract says, as facts: each operation with the keys it promises, and examples of calls and events."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OPERATIONS: dict[str, dict[str, Any]] = json.loads((HERE / "operations.json").read_text())
EVENTS = tuple(sorted(path.stem for path in (HERE / "events").glob("*.json")))


def example(operation: str) -> dict[str, Any]:
    """`{"request": {method, path, query?, body? or form?}, "response": {status, body}}`"""
    loaded: dict[str, Any] = json.loads((HERE / "examples" / f"{operation}.json").read_text())
    return loaded


def event_example(name: str) -> dict[str, Any]:
    """The body of a webhook, as it goes over the wire."""
    loaded: dict[str, Any] = json.loads((HERE / "events" / f"{name}.json").read_text())
    return loaded
