"""Folders and processes small enough to start in a test."""

import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reseller_portal.supervisor.processes import Child, Family

SLEEPER = "import time\nwhile True: time.sleep(0.05)"
MakeChild = Callable[..., Child]


@pytest.fixture
def make_child(tmp_path: Path) -> Iterator[MakeChild]:
    made: list[Child] = []

    def make(name: str = "The child", program: str = SLEEPER, *, is_foundation: bool = False) -> Child:
        command = [sys.executable, "-S", "-c", program]
        child = Child(name, command, {}, tmp_path / f"{name}.log", is_foundation=is_foundation)
        made.append(child)
        return child

    yield make
    for child in made:
        child.kill()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def family(said: list[str]) -> Family:
    return Family(said.append)


@pytest.fixture
def stopped() -> threading.Event:
    return threading.Event()


def wait_for(is_so: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it became so in time."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if is_so():
            return True
        pause.wait(0.02)
    return is_so()
