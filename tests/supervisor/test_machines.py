"""Other people's machines: odd folders, closed umasks, proxies, a full disk, another Python."""

import errno
import importlib.util
import os
import stat
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psycopg
import pytest

from reseller_portal.settings import env
from reseller_portal.supervisor import postgres, valkey
from reseller_portal.supervisor.commands import Commands
from reseller_portal.supervisor.databases import Keeper
from reseller_portal.supervisor.environment import make_plan, of_services, portal_environment
from reseller_portal.supervisor.postgres import find_cluster, open_cluster, stop_cluster
from reseller_portal.supervisor.processes import Family
from reseller_portal.supervisor.refusals import Refusal, check_folder, refused_by_machine
from reseller_portal.supervisor.roles import make_embedded
from reseller_portal.supervisor.run import Install, run_sandbox
from reseller_portal.supervisor.sockets import socket_folder

ROOT = Path(__file__).resolve().parents[2]
ODD = "a b+c%20d#e'f,é"
PASSWORDS = {"OWNER_PASSWORD": "owner%/@", "APP_PASSWORD": "app#?", "SANDBOX_PASSWORD": "s:+"}
KEYS = {"SECRET_KEY": "s", "FIELD_KEYS": "f", **PASSWORDS}


def load_bootstrap() -> Any:
    """It is a script, and no module of a package."""
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bin" / "bootstrap.py")
    assert spec
    assert spec.loader
    bootstrap = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bootstrap)
    return bootstrap


@pytest.fixture
def home() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="portal-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def closed() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", [ODD, "deep/" * 20 + "deep"])
def test_database_and_broker_run_in_any_folder_under_a_closed_umask(
    home: Path, name: str, closed: None, family: Family, stopped: threading.Event
) -> None:
    data = home / name / ".data"
    check_folder(data)
    cluster = open_cluster(data / "postgres", settings={"fsync": "off"})
    try:
        urls = make_embedded(find_cluster(data / "postgres"), KEYS)
        told = env.database_from(urls.app, "DATABASE_URL")
        with psycopg.connect(
            host=told["HOST"], dbname=told["NAME"], user=told["USER"], password=told["PASSWORD"]
        ) as link:
            assert link.execute("SELECT current_user").fetchone() == ("portal_app",)
        for other in ("sandbox", "postgres", "template1"):
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(urls.app.replace("/portal?", f"/{other}?"))
        child = valkey.make_child(data / "valkey", data / "valkey.log")
        family.add(child)
        valkey.wait_for(child, data / "valkey", stopped)
        assert "%" not in valkey.broker_url(data / "valkey")
    finally:
        family.stop()
        stop_cluster(cluster)


@pytest.mark.parametrize("sign", ['"', "$", "`", "\\", "\n"])
def test_a_folder_that_the_database_cannot_be_started_in_is_refused_before_anything_is_made(
    home: Path, sign: str
) -> None:
    with pytest.raises(Refusal, match="Set PORTAL_DATA to another folder"):
        check_folder(home / f"a{sign}b")
    assert list(home.iterdir()) == []


def test_the_data_folder_is_closed_to_others(home: Path) -> None:
    check_folder(home / "data")
    assert stat.S_IMODE((home / "data").stat().st_mode) & 0o066 == 0


def test_a_short_socket_folder_has_a_name_of_its_own_and_is_found_again(home: Path) -> None:
    odd = home / ODD
    odd.mkdir()
    first = socket_folder(odd, owners=(os.getuid(),))
    assert socket_folder(odd, owners=(os.getuid(),)) == first
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    first.rmdir()
    first.symlink_to(home)
    again = socket_folder(odd, owners=(os.getuid(),))
    assert again != first
    assert socket_folder(odd, owners=(os.getuid() + 1,)) != again


def test_the_services_are_not_told_the_owner_of_the_database(tmp_path: Path) -> None:
    plan = make_plan(tmp_path, {"DATABASE_URL": "postgresql://a:b@h/n", "DATABASE_OWNER_URL": "postgresql://o:p@h/n"})
    told = portal_environment(plan, KEYS, app_url="app", owner_url="owner", broker="redis://b", cache="redis://c")
    assert told["DATABASE_OWNER_URL"] == "owner"
    assert "DATABASE_OWNER_URL" not in of_services(told)


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_a_proxy_of_the_machine_is_not_asked_for_loopback(tmp_path: Path, name: str) -> None:
    plan = make_plan(tmp_path, {"http_proxy": "http://proxy:3128", name: "intern.example"})
    told = portal_environment(plan, KEYS, app_url="app", owner_url="owner", broker="redis://b", cache="redis://c")
    assert told["http_proxy"] == "http://proxy:3128"
    assert told["no_proxy"] == told["NO_PROXY"] == "intern.example,127.0.0.1,localhost"


def test_too_small_a_disk_is_refused_before_anything_is_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=30_000_000))
    plan = make_plan(home, {"PORTAL_DATA": str(home / "data")})
    with pytest.raises(Refusal, match=r"has 30 MB left, and 200 MB are needed\. Make room, or set PORTAL_DATA"):
        run_sandbox(plan, print, threading.Event())
    assert list((home / "data").iterdir()) == []


def test_a_disk_that_fills_while_it_starts_is_one_line() -> None:
    assert (
        refused_by_machine(OSError(errno.ENOSPC, "No space left")) == "The disk is full. Make room, then start again."
    )
    assert "Read-only file system" in refused_by_machine(OSError(errno.EROFS, "Read-only file system"))


def test_what_the_database_says_first_of_its_failure_is_told() -> None:
    said = "initdb: error: could not write: No space left on device\ninitdb: removing contents of data directory\n"
    assert postgres._reason(said, "initdb") == "initdb: error: could not write: No space left on device"
    assert postgres._reason("", "initdb") == "initdb failed"


def test_too_small_a_disk_is_refused_before_anything_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bootstrap = load_bootstrap()
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=30_000_000))
    with pytest.raises(SystemExit, match="has 30 MB left, and 1000 MB are needed"):
        bootstrap.main(ROOT / "requirements" / "portal.txt")
    assert list(tmp_path.iterdir()) == []


def test_the_watch_outlives_a_full_disk_and_says_so_once(tmp_path: Path, said: list[str]) -> None:
    class Watched:
        """Meets a full disk three times, then goes on, then is stopped."""

        rounds = 0
        stopped = threading.Event()

        def look_after(self) -> None:
            self.rounds += 1
            if self.rounds <= 3:
                raise OSError(errno.ENOSPC, "No space left on device")
            self.stopped.set()

    watched = Watched()

    class Clock:
        def wait(self, seconds: float) -> bool:
            return watched.stopped.is_set()

    clock = cast(threading.Event, Clock())
    commands = Commands(tmp_path, tmp_path / "log", clock)
    Install(make_plan(tmp_path, {}), said.append, clock, Family(said.append), cast(Keeper, watched), commands).watch()
    assert watched.rounds == 4
    assert said == ["The disk is full. Make room: all goes on by itself then."]


@pytest.mark.parametrize(("version", "is_same"), [("", False), ("2.7.18", False), ("now", True)])
def test_an_environment_of_another_python_is_made_anew(tmp_path: Path, version: str, is_same: bool) -> None:
    bootstrap = load_bootstrap()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").touch()
    version = sys.version.split()[0] if version == "now" else version
    (tmp_path / "pyvenv.cfg").write_text(f"home = /usr/bin\nversion = {version}\n")
    assert bootstrap.is_of_this_python(tmp_path) is is_same
    (tmp_path / "bin" / "python").unlink()
    assert not bootstrap.is_of_this_python(tmp_path)
