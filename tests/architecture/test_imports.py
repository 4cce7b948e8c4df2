"""Imports run one way. A planted import against the stream fails the build."""

import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
PACKAGES = ("reseller_portal", "accounts", "billing", "domains", "mailboxes", "mirror")
PLANTED = {
    "the core knows an app": ("reseller_portal/core/states.py", "import accounts.models"),
    "accounts know billing": ("accounts/selectors.py", "from billing.models import Order"),
    "billing knows domains": ("billing/selectors.py", "import domains.models"),
    "domains know mailboxes": ("domains/selectors.py", "import mailboxes.selectors"),
    "operations know an app above": ("reseller_portal/operations/engine.py", "import billing.models"),
    "the client knows the portal": ("reseller_portal/upstream/client.py", "import reseller_portal.core.errors"),
    "the sandbox knows the client": ("reseller_portal/sandbox/wire.py", "import reseller_portal.upstream.errors"),
    "the client knows the sandbox": ("reseller_portal/upstream/reader.py", "import reseller_portal.sandbox.wire"),
    "the sandbox knows an app": ("reseller_portal/sandbox/wire.py", "import accounts.models"),
    "an app knows the sandbox": ("billing/handlers/drafts.py", "import reseller_portal.sandbox.models"),
}


def lint(root: Path) -> "subprocess.CompletedProcess[str]":
    program = ROOT / ".venv" / "bin" / "lint-imports"
    return subprocess.run([program, "--no-cache"], cwd=root, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("portal")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "static"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_our_imports_run_one_way(copy: Path) -> None:
    assert lint(copy).returncode == 0


@pytest.mark.parametrize(("place", "line"), PLANTED.values(), ids=PLANTED)
def test_an_import_against_the_stream_fails(copy: Path, place: str, line: str) -> None:
    file = copy / place
    before = file.read_text()
    file.write_text(f"{before}\n\n{line}\n")
    try:
        done = lint(copy)
    finally:
        file.write_text(before)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
