"""Work that need not be done again: noted beside what it made, so that the note goes when that goes."""

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path

DECIDE_TABLES = (
    "*/migrations/*.py",
    "reseller_portal/*/migrations/*.py",
    "*/management/commands/prepare.py",
    "*/row_security.py",
    "*/staff_groups.py",
)


def once(stamp: Path, wanted: str, work: Callable[[], object]) -> None:
    """Do it unless it was done for the same state of the files."""
    if stamp.exists() and stamp.read_text() == wanted:
        return
    work()
    stamp.write_text(wanted)


def of_static(root: Path) -> str:
    return _of(root, [path for path in (root / "static").rglob("*") if path.is_file()])


def of_migrations(root: Path) -> str:
    """Code that decides tables, rights and groups."""
    found = [path for pattern in DECIDE_TABLES for path in root.glob(pattern)]
    return _of(root, found)


def _of(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256((root / "requirements" / "portal.txt").read_bytes())
    for path in sorted(paths):
        digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()
