"""What stands in the environment is read once, and what cannot be meant is one line at start."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from reseller_portal.settings import env


def test_the_paths_of_the_upstream_are_read_by_operation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAM_PATHS", "suggest_domains=POST /domains/suggest, get_domain=/domains")
    assert env.paths("UPSTREAM_PATHS") == {"suggest_domains": "POST /domains/suggest", "get_domain": "/domains"}
    monkeypatch.delenv("UPSTREAM_PATHS")
    assert env.paths("UPSTREAM_PATHS") == {}


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("get_money=/money", "UPSTREAM_PATHS cannot be read: no such operation: get_money."),
        ("get_wallet", "UPSTREAM_PATHS cannot be read: 'get_wallet' is not operation=/path."),
        ("get_wallet=money", "UPSTREAM_PATHS cannot be read: 'money' is neither METHOD /path nor /path."),
    ],
)
def test_a_path_that_cannot_be_meant_is_one_line(monkeypatch: pytest.MonkeyPatch, value: str, line: str) -> None:
    monkeypatch.setenv("UPSTREAM_PATHS", value)
    with pytest.raises(ImproperlyConfigured) as refused:
        env.paths("UPSTREAM_PATHS")
    assert str(refused.value) == line


def test_no_process_starts_with_a_path_that_cannot_be_meant() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import reseller_portal.settings.base"],
        env={**os.environ, "UPSTREAM_PATHS": "get_money=/money"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert said.stderr.splitlines()[-1].endswith("UPSTREAM_PATHS cannot be read: no such operation: get_money.")


PRODUCTION = {
    "SECRET_KEY": "only-for-tests-" + "x" * 50, "DATABASE_URL": "postgresql://a:b@h/n", "CELERY_BROKER_URL": "redis://h",
    "FIELD_KEYS": "3w2kJ9cYh0m3xv5b5n2m5sU1m9H0r9t3Qm9Jt0yqv0E=", "UPSTREAM_URL": "https://h/api", "UPSTREAM_KEY": "k",
    "ADMIN_HOST": "admin.example",
}  # fmt: skip


def test_production_does_not_start_with_a_lease_shorter_than_a_call() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import reseller_portal.settings.production"],
        env={"PATH": os.environ["PATH"], **PRODUCTION, "LEASE_SECONDS": "30"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 1
    assert "LEASE_SECONDS must be 60 or more" in said.stderr.splitlines()[-1]
