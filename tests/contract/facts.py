"""What the contract says, as facts: each operation with the keys it promises, and one example of each."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OPERATIONS: dict[str, dict[str, Any]] = json.loads((HERE / "operations.json").read_text())


def example(operation: str) -> dict[str, Any]:
    """`{"request": {method, path, query?, body? or form?}, "response": {status, body}}`"""
    loaded: dict[str, Any] = json.loads((HERE / "examples" / f"{operation}.json").read_text())
    return loaded
