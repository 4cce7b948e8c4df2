import socket
from pathlib import Path

import pytest

from reseller_portal.supervisor.environment import make_plan
from reseller_portal.supervisor.refusals import Refusal, check_answers, check_folder, check_port, holds_an_install

REAL = {"UPSTREAM_URL": "https://upstream.example/api/v1/integration"}


def test_a_port_in_use_is_named_with_the_variable_that_changes_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Refusal, match=rf"^Port {port} is in use\. .*set PORT to another one\.$"):
            check_port("PORT", port)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refusal, match=r"cannot be used \(Not a directory\)\. Set PORTAL_DATA"):
        check_folder(tmp_path / "file" / "data")


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"DATABASE_URL": "mysql://a:b@host/name"}, "DATABASE_URL is not an address"),
        ({"DATABASE_URL": "postgresql://host:port/name"}, "DATABASE_URL is not an address"),
        ({"CELERY_BROKER_URL": "localhost:6379"}, "CELERY_BROKER_URL is not an address"),
        ({"UPSTREAM_URL": "upstream.example"}, "UPSTREAM_URL is not an address"),
        ({"CELERY_BROKER_URL": "amqp://host"}, "set CACHE_URL to a Redis"),
        (REAL, "UPSTREAM_KEY must hold the key"),
        ({"FIELD_KEYS": "short"}, "FIELD_KEYS must hold Fernet keys"),
        ({"PORT": "http"}, "PORT must be a number from 1 to 65535, not 'http'"),
        ({"SANDBOX_PORT": "70000"}, "SANDBOX_PORT must be a number from 1 to 65535"),
        ({"PORT": "8400", "SANDBOX_PORT": "8400"}, "PORT and SANDBOX_PORT are both 8400"),
    ],
)
def test_a_wrong_environment_is_refused_in_one_line(environment: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=words) as refused:
        make_plan(tmp_path, environment)
    assert "\n" not in str(refused.value)


def test_a_refusal_never_repeats_a_password(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        make_plan(tmp_path, {"DATABASE_URL": "mysql://portal:open-sesame@host/name"})
    assert "open-sesame" not in str(refused.value)


def test_a_named_service_that_does_not_answer_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(Refusal, match=f"CELERY_BROKER_URL does not answer: 127.0.0.1:{port}"):
        check_answers("CELERY_BROKER_URL", f"redis://127.0.0.1:{port}/0")


def test_a_named_service_that_answers_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        check_answers("CELERY_BROKER_URL", f"redis://127.0.0.1:{there.getsockname()[1]}/0")


def test_a_port_of_the_system_is_told_apart_from_one_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("socket.socket.bind", refuse)
    with pytest.raises(Refusal, match=r"^Port 80 is for the system alone\. Set PORT to one from 1024 on\.$"):
        check_port("PORT", 80)


def test_a_folder_holds_an_install_or_not_or_is_closed_to_this_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not holds_an_install(tmp_path / "missing")
    (tmp_path / "secrets.json").touch()
    assert holds_an_install(tmp_path)
    assert not holds_an_install(tmp_path / "secrets.json")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("os.stat", refuse)
    with pytest.raises(Refusal, match=r"cannot be read \(Permission denied\)\. Run this as its owner\.$"):
        holds_an_install(tmp_path)
