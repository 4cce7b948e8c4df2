"""The embedded broker and database, started and stopped for real."""

import threading
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from reseller_portal.supervisor import valkey
from reseller_portal.supervisor.environment import make_plan
from reseller_portal.supervisor.fingerprints import once
from reseller_portal.supervisor.processes import Family
from reseller_portal.supervisor.refusals import Interrupted, Refusal
from reseller_portal.supervisor.roles import make_run_time_role
from reseller_portal.supervisor.run import reset
from reseller_portal.supervisor.waiting import wait_until
from tests import databases
from tests.supervisor.conftest import MakeChild


def test_the_broker_starts_on_a_socket_of_its_own_and_stops(
    tmp_path: Path, family: Family, stopped: threading.Event
) -> None:
    child = valkey.make_child(tmp_path / "valkey", tmp_path / "valkey.log")
    family.add(child)
    valkey.wait_for(child, tmp_path / "valkey", stopped)
    assert (tmp_path / "valkey" / "appendonlydir").is_dir()
    family.stop()
    assert not child.is_alive


def test_a_service_that_dies_while_it_is_waited_for_is_refused(make_child: MakeChild, stopped: threading.Event) -> None:
    child = make_child("The portal", "raise SystemExit(1)")
    child.start()
    with pytest.raises(Refusal, match=r"^The portal did not start: it said nothing\. \(all of it is in "):
        wait_until(lambda: False, child, stopped, seconds=10)


def test_waiting_ends_when_the_person_asks_to_stop(make_child: MakeChild, stopped: threading.Event) -> None:
    child = make_child()
    child.start()
    stopped.set()
    with pytest.raises(Interrupted):
        wait_until(lambda: False, child, stopped, seconds=10)


def test_an_owner_who_is_no_superuser_gets_a_run_time_role_again_and_again() -> None:
    cluster = databases.start()
    with psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        link.execute("DROP ROLE IF EXISTS a_runtime, an_owner")
        link.execute("CREATE ROLE an_owner LOGIN CREATEROLE NOSUPERUSER PASSWORD 'owner'")
    owner = cluster.url(role="an_owner", password="owner", database="postgres")
    for password in ("first", "second"):
        url = make_run_time_role(owner, password, role="a_runtime")
        with psycopg.connect(url) as link:
            row = link.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False,)
    assert urlsplit(url).username == "a_runtime"


def test_an_owner_who_may_not_make_roles_is_told_what_to_do() -> None:
    cluster = databases.start()
    with psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        link.execute("DROP ROLE IF EXISTS a_poor_owner")
        link.execute(sql.SQL("CREATE ROLE a_poor_owner LOGIN PASSWORD 'owner'"))
    owner = cluster.url(role="a_poor_owner", password="owner", database="postgres")
    with pytest.raises(Refusal, match="Give it CREATEROLE, or set DATABASE_OWNER_URL"):
        make_run_time_role(owner, "word", role="another_runtime")


def test_work_is_done_once_for_the_same_files(tmp_path: Path) -> None:
    done: list[str] = []
    for wanted in ("one", "one", "two"):
        once(tmp_path / "stamp", wanted, lambda: done.append("done"))
    assert len(done) == 2


def test_work_that_failed_is_done_again(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        once(tmp_path / "stamp", "one", lambda: 1 / 0)
    assert not (tmp_path / "stamp").exists()


def test_reset_forgets_what_a_run_keeps_and_nothing_else(tmp_path: Path) -> None:
    for name in ("postgres/data", "valkey", "mail", "logs", "mine"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "secrets.json").write_text("{}")
    assert reset(make_plan(tmp_path, {"PORTAL_DATA": str(tmp_path)}))
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_reset_leaves_a_folder_alone_that_no_run_made(tmp_path: Path) -> None:
    (tmp_path / "mail").mkdir()
    assert not reset(make_plan(tmp_path, {"PORTAL_DATA": str(tmp_path)}))
    assert (tmp_path / "mail").exists()
