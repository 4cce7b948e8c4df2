"""One clear line for each thing that keeps the portal from starting."""

import os
import socket
import stat
from pathlib import Path

import pytest

from reseller_portal.supervisor.environment import make_plan, portal_environment, sandbox_environment
from reseller_portal.supervisor.keys import NAMES, load_keys
from reseller_portal.supervisor.leftovers import only_run
from reseller_portal.supervisor.refusals import Refusal, check_folder, check_port

KEYS = dict.fromkeys(NAMES, "secret-of-the-install")


def refusal_of(environment: dict[str, str]) -> str:
    with pytest.raises(Refusal) as refused:
        make_plan(Path("/portal"), environment)
    return str(refused.value)


@pytest.mark.parametrize(
    "environment, words",
    [
        ({"PORT": "eighty"}, "PORT must be a number from 1 to 65535, not 'eighty'."),
        ({"SANDBOX_PORT": "70000"}, "SANDBOX_PORT must be a number from 1 to 65535, not '70000'."),
        ({"DATABASE_URL": "mysql://host/name"}, "It looks like postgresql://user:password@host:5432/name."),
        ({"CELERY_BROKER_URL": "host:6379"}, "It looks like redis://host:6379/0."),
        ({"UPSTREAM_URL": "http://host:port"}, "It looks like https://host/api/v1/integration."),
        ({"UPSTREAM_URL": "https://host/api"}, "UPSTREAM_KEY must hold the key for it."),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(environment: dict[str, str], words: str) -> None:
    assert words in refusal_of(environment)


def test_a_refusal_shows_no_password() -> None:
    assert "hunter2" not in refusal_of({"DATABASE_URL": "mysql://me:hunter2@host/name"})


def test_a_port_in_use_is_named_with_the_setting_that_changes_it() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refusal, match="or set PORT to another one"):
            check_port("PORT", taken.getsockname()[1])


def test_a_folder_that_cannot_be_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(Refusal, match="Set PORTAL_DATA to one that can"):
        check_folder(tmp_path / "file" / "data")


def test_two_runs_on_one_folder_are_refused_and_the_lock_goes_with_its_holder(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(Refusal, match="runs already"), only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    first = load_keys(tmp_path)
    assert load_keys(tmp_path) == first
    assert set(first) == set(NAMES)
    assert stat.S_IMODE(os.stat(tmp_path / "secrets.json").st_mode) == 0o600


def test_each_embedded_part_is_replaced_by_what_is_set() -> None:
    nothing = make_plan(Path("/portal"), {})
    assert (nothing.has_database, nothing.has_broker, nothing.has_sandbox) == (True, True, True)
    for name, value, kept in (
        ("DATABASE_URL", "postgresql://me@host/name", (False, True, True)),
        ("CELERY_BROKER_URL", "redis://host/0", (True, False, True)),
        ("UPSTREAM_URL", "https://host/api", (True, True, False)),
    ):
        plan = make_plan(Path("/portal"), {name: value, "UPSTREAM_KEY": "key"})
        assert (plan.has_database, plan.has_broker, plan.has_sandbox) == kept


def test_a_real_upstream_is_never_told_to_be_the_sandbox() -> None:
    plan = make_plan(Path("/portal"), {"UPSTREAM_URL": "https://host/api", "UPSTREAM_KEY": "real"})
    told = portal_environment(plan, KEYS, app_url="a", owner_url="o", broker="b", cache="c")
    assert told["UPSTREAM_KEY"] == "real"
    assert "UPSTREAM_IS_SANDBOX" not in told


def test_the_sandbox_is_told_no_secret_of_the_portal() -> None:
    plan = make_plan(Path("/portal"), {"SECRET_KEY": "secret-of-the-install"})
    assert "secret-of-the-install" not in sandbox_environment(plan, "postgresql://x").values()
