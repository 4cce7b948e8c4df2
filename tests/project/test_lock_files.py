"""What the lock files pin is all that pip will ask for: it must never choose a version itself."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from django.conf import settings
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = settings.BASE_DIR / "requirements"
LOCKS = sorted(path.name for path in FOLDER.glob("*.txt"))
PINNED = re.compile(r"^(?P<pin>[A-Za-z0-9][^ \\]*(?:\[[^\]]*\])?==[^ ;\\]+)", re.MULTILINE)
Pins = dict[str, set[str]]


def pins(text: str) -> Pins:
    """Name to extras."""
    found = (Requirement(match["pin"]) for match in PINNED.finditer(re.sub(r", ", ",", text)))
    return {canonicalize_name(each.name): each.extras for each in found}


def asked_for(pinned: Pins) -> Iterator[tuple[str, Requirement]]:
    """Who needs what, by what the installed packages themselves say."""
    for name, extras in pinned.items():
        try:
            wanted = map(Requirement, requires(name) or [])
        except PackageNotFoundError:
            continue  # one for another platform
        for each in wanted:
            if each.marker is None or any(each.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
                yield name, each


def missing_extras(pinned: Pins, wanted: Iterator[tuple[str, Requirement]]) -> list[str]:
    return [
        f"{who} needs {need.name}{sorted(need.extras)}"
        for who, need in wanted
        if not need.extras <= pinned.get(canonicalize_name(need.name), set())
    ]


def unpinned(pinned: Pins, wanted: Iterator[tuple[str, Requirement]]) -> list[str]:
    return [f"{who} needs {need.name}" for who, need in wanted if canonicalize_name(need.name) not in pinned]


@pytest.mark.parametrize("name", LOCKS)
def test_a_package_that_is_needed_with_an_extra_is_pinned_with_it(name: str) -> None:
    pinned = pins((FOLDER / name).read_text())
    assert len(pinned) > 40
    assert missing_extras(pinned, asked_for(pinned)) == []


@pytest.mark.parametrize("name", LOCKS)
def test_all_that_is_needed_is_pinned(name: str) -> None:
    pinned = pins((FOLDER / name).read_text())
    assert unpinned(pinned, asked_for(pinned)) == []


@pytest.mark.parametrize("name", LOCKS)
def test_what_the_project_asks_for_is_pinned_with_its_extras(name: str) -> None:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())
    groups = project["dependency-groups"]["dev"] if name == "dev.txt" else []
    wanted = [("the project", Requirement(each)) for each in [*project["project"]["dependencies"], *groups]]
    pinned = pins((FOLDER / name).read_text())
    assert missing_extras(pinned, iter(wanted)) == []
    assert unpinned(pinned, iter(wanted)) == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_a_hash_and_no_index_is_named(name: str) -> None:
    text = (FOLDER / name).read_text()
    assert [block for block in re.split(r"\n(?=\S)", text) if "--hash=sha256:" not in block] == []
    assert "://" not in text


def test_a_pin_without_its_extra_would_be_found() -> None:
    pinned = pins("celery[redis]==5.7.0 \\\n    --hash=sha256:0\nkombu==5.7.0 \\\n    --hash=sha256:0\n")
    assert missing_extras(pinned, asked_for(pinned)) == ["celery needs kombu['redis']"]


def test_a_package_without_a_pin_would_be_found() -> None:
    assert "celery needs kombu" in unpinned({"celery": set()}, asked_for({"celery": set()}))


def test_the_folder_holds_the_two_locks() -> None:
    assert [Path(name).stem for name in LOCKS] == ["dev", "portal"]
