"""A cluster of its own, killed the hard way."""

import os
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from reseller_portal.supervisor import postgres
from reseller_portal.supervisor.postgres import (
    Account,
    Cluster,
    accepts,
    forget_cluster,
    open_cluster,
    stop_cluster,
)
from tests.supervisor.conftest import wait_for

# The kernel outlives the server, so what was committed is kept without waiting for the disk.
FAST = {"fsync": "off"}


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="portal-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    opened = open_cluster(home / "postgres", settings=FAST)
    yield opened
    stop_cluster(opened)


def test_a_killed_server_starts_again_with_its_rows(cluster: Cluster, home: Path) -> None:
    with psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        link.execute("CREATE TABLE kept AS SELECT 1 AS n")
    os.kill(int((cluster.data / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    assert wait_for(lambda: not accepts(cluster))
    again = open_cluster(home / "postgres", settings=FAST)
    with psycopg.connect(again.superuser_url) as link:
        assert link.execute("SELECT n FROM kept").fetchone() == (1,)


def test_nobody_enters_without_a_password(cluster: Cluster) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(cluster.url(role="postgres", password="", database="postgres"))


def test_a_home_that_the_server_may_not_enter_gets_a_link_to_one_that_it_may(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "KEPT_FOR_ROOT", home / "kept")
    monkeypatch.setattr(os, "chown", lambda *_: None)
    private = home / "private"
    private.mkdir(mode=0o700)
    stranger = Account(os.getuid() + 54321, os.getgid() + 54321)
    place = postgres._place(private / "postgres", stranger)
    assert place.parent == home / "kept"
    assert postgres._place(private / "postgres", stranger) == place
    forget_cluster(private / "postgres")
    assert not place.exists()
    assert not (private / "postgres").is_symlink()
