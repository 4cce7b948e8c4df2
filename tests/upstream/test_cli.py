"""The operator's prompt: what is asked, what is shown, and what is never sent."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

from reseller_portal.upstream.cli.run import run
from reseller_portal.upstream.routes import ROUTES
from tests.contract.facts import OPERATIONS, example
from tests.upstream.exchange import BASE, play, sent

Prompt = Callable[..., tuple[int, str, str]]
SENDABLE = sorted(name for name in OPERATIONS if "form" not in example(name)["request"])


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Prompt:
    monkeypatch.setenv("UPSTREAM_URL", BASE)
    monkeypatch.setenv("UPSTREAM_KEY", "key-1")
    monkeypatch.delenv("UPSTREAM_PATHS", raising=False)
    monkeypatch.setattr("time.sleep", lambda seconds: None)

    def type_in(*words: str) -> tuple[int, str, str]:
        code = run(words)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return type_in


def words_of(operation: str) -> list[str]:
    request = example(operation)["request"]
    query = [f"{key}={value}" for key, value in request.get("query", {}).items()]
    return [*query, *(["--body", json.dumps(request["body"])] if "body" in request else [])]


@pytest.mark.parametrize("operation", SENDABLE)
def test_any_operation_can_be_called(wire: responses.RequestsMock, prompt: Prompt, operation: str) -> None:
    play(wire, operation)
    code, out, _ = prompt("call", operation, *words_of(operation), "--yes", "--json", "--show-secrets")
    assert sent(wire.calls[0].request).get("body") == example(operation)["request"].get("body")
    assert (code, json.loads(out)) == (0, exact(example(operation)["response"]["body"]))


def exact(body: dict[str, Any]) -> Any:
    """What is shown of an answer: its data where it has any, and fractions as text, which keeps them exact."""
    shown = body if body.get("data") is None else body["data"]
    return json.loads(json.dumps(shown), parse_float=str)


def test_a_form_is_sent_with_its_files(wire: responses.RequestsMock, prompt: Prompt, tmp_path: Path) -> None:
    picture = tmp_path / "maya.png"
    picture.write_bytes(b"<bytes of maya.png>")
    play(wire, "create_order_form")
    form = dict(example("create_order_form")["request"]["form"])
    del form["files"]
    file = f"files[maya@gotoharborlight.example]=@{picture}"
    code, _, _ = prompt("call", "create_order_form", "userId=USER1", file, "--body", json.dumps(form), "--yes")
    assert code == 0
    assert sent(wire.calls[0].request)["form"] == example("create_order_form")["request"]["form"]


@pytest.mark.parametrize("operation", sorted(name for name, route in ROUTES.items() if route.repeatable != "safe"))
def test_what_changes_something_asks_whether_it_is_meant(prompt: Prompt, operation: str) -> None:
    request = example(operation)["request"]
    body = {**request.get("body", {}), **request.get("form", {})}
    query = [f"{key}={value}" for key, value in request.get("query", {}).items()]
    code, _, line = prompt("call", operation, *query, *(["--body", json.dumps(body)] if body else []))
    assert (code, "--yes" in line) == (2, True)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["renew_domains", "userId=U"], "needs domains"),
        (["renew_domains", "userId=U", "domains:=[]"], "needs domains"),
        (["remove_domains", "userId=U"], "needs domainIds or domains"),
        (["renew_subscriptions"], "needs subscriptionIds"),
        (["add_domain_forwarding", "userId=U", "domains:=[]"], "domains is empty"),
        (["create_order", "userId=U"], "needs confirm"),
        (["create_order", "userId=U", "confirm=false"], "needs confirm"),
        (["get_wallet", "userId=U"], "takes: nothing"),
        (["buy_everything"], "no operation 'buy_everything': `operations` lists them."),
        (["process_orders"], "no operation 'process_orders': did you mean process_order?\n"),
        (["create_user", "email"], "not key=value"),
        (["create_user", "=a"], "not key=value"),
        (["create_user", "phone:=+1"], "not JSON"),
        (["create_user", "--body", "[]"], "is an object"),
        (["create_order_form", "confirm:=false", "files[a@b.example]=@/nowhere.png"], "No such file"),
        (["create_order_form", "confirm:=false", "files[a@b.example]=@/etc/hosts"], "not the name of a picture"),
    ],
)
def test_what_must_not_be_sent_is_not_sent(prompt: Prompt, words: list[str], complaint: str) -> None:
    code, out, line = prompt("call", *words, "--yes")
    assert (code, out) == (2, "")
    assert line.startswith("Not sent: ")
    assert complaint in line


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ({"status": 503}, 3, ["Unreachable: get_wallet", "Nothing was changed: is UPSTREAM_URL right?"]),
        ({"status": 429, "headers": {"Retry-After": "7"}}, 4, ["Throttled: get_wallet", "after 7 s"]),
        ({"status": 401, "json": {"status": 401, "message": "Bad\nKey"}}, 5, ["Refused: get_wallet", "401: Bad Key"]),
        (
            {"status": 401, "json": {"status": 401, "message": "No."}},
            5,
            ["Refused: get_wallet: 401: No. ", "UPSTREAM_KEY"],
        ),
        ({"status": 422, "json": {"status": 422, "message": "No."}}, 5, ["Refused: get_wallet: 422: No. Nothing", "."]),
        ({"json": {"status": 200, "data": {}}}, 6, ["Malformed: get_wallet", "breaks its contract"]),
    ],
)
def test_each_error_is_one_line_that_says_what_to_do(
    wire: responses.RequestsMock, prompt: Prompt, how: dict[str, Any], code: int, words: list[str]
) -> None:
    wire.get(f"{BASE}/wallet", **how)
    ended, out, line = prompt("get", "wallet")
    assert (ended, out, line.count("\n")) == (code, "", 1)
    assert line.startswith(words[0])
    assert words[1] in line


def test_a_list_is_a_table_of_what_is_there(wire: responses.RequestsMock, prompt: Prompt) -> None:
    play(wire, "list_subscriptions")
    _, out, _ = prompt("list", "subscriptions")
    head, first, second = out.splitlines()
    assert head.split()[:4] == ["id", "user_id", "domain", "status"]
    assert "harborlight-reach.example" in first
    assert "PAST_DUE" in second


def test_a_thing_is_lines_of_key_and_value(wire: responses.RequestsMock, prompt: Prompt) -> None:
    play(wire, "get_wallet")
    _, out, _ = prompt("get", "wallet")
    assert dict(line.split(maxsplit=1) for line in out.splitlines())["balance"] == "412.37"


@pytest.mark.parametrize(
    ("words", "operation"),
    [
        (["get", "user", "YZS4A3R5E4MP3MBF9XYW7R9TT1D7"], "get_user"),
        (["get", "order", "QWW959MJR27VRW4C4ANTN11TFYH0", "user_id=USER1"], "get_order"),
        (["get", "order-status", "QWW959MJR27VRW4C4ANTN11TFYH0", "user_id=USER1"], "get_order_status"),
        (["get", "domain", "harborlight-reach.example", "user_id=USER1"], "get_domain"),
        (["get", "mailbox", "BOX1"], "get_mailbox"),
        (["get", "availability", "gotoharborlight.example"], "check_domain_availability"),
        (["get", "workspace", "gotoharborlight.example", "provider=GOOGLE"], "check_workspace"),
        (["list", "users", "contains=ivo"], "list_users"),
        (["list", "domains", "user_id=USER1"], "list_user_domains"),
        (["list", "mailboxes", "user_id=USER1"], "list_user_mailboxes"),
        (["list", "every-mailbox"], "list_all_mailboxes"),
        (["list", "records", "user_id=USER1", "domain=a.example"], "list_dns_records"),
        (["list", "prewarmed"], "list_prewarmed_domains"),
        (["list", "placement-reports", "user_id=USER1"], "list_placement_reports"),
        (["list", "logins", "user_id=USER1"], "list_platform_credentials"),
        (["list", "workspaces", "user_id=USER1", "login_id=LOGIN1"], "list_platform_workspaces"),
        (["list", "countries"], "list_countries"),
        (["list", "states", "country_code=US"], "list_states"),
    ],
)
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_everything_that_can_be_read_is_shown(
    wire: responses.RequestsMock, prompt: Prompt, words: list[str], operation: str, form: list[str]
) -> None:
    play(wire, operation)
    code, out, line = prompt(*words, *form)
    assert (code, line) == (0, "")
    assert out.strip()
    assert not form or json.loads(out)


def test_a_list_ends_where_it_was_told_to(wire: responses.RequestsMock, prompt: Prompt) -> None:
    play(wire, "list_users")
    _, out, _ = prompt("list", "users", "--first", "1", "--json")
    assert len(json.loads(out)) == 1


def test_a_list_that_was_cut_says_so_beside_it(wire: responses.RequestsMock, prompt: Prompt) -> None:
    rows = [{"id": f"USER{number}", "email": "a@a.example"} for number in range(3)]
    wire.get(f"{BASE}/users/list", json={"data": {"users": rows, "currentPage": 1, "totalPages": 1}})
    code, out, line = prompt("list", "users", "--first", "2", "--json")
    assert (code, len(json.loads(out))) == (0, 2)
    assert line == "The first 2; there are more. --first 0 shows all.\n"
    assert prompt("list", "users", "--first", "3")[2] == ""
    assert len(json.loads(prompt("list", "users", "--first", "0", "--json")[1])) == 3
    assert prompt("list", "users", "--first", "-1")[0] == 2


def test_a_page_that_does_not_exist_names_the_address(wire: responses.RequestsMock, prompt: Prompt) -> None:
    wire.delete(f"{BASE}/users", status=404, body="<h1>Not Found</h1>")
    code, _, line = prompt("call", "delete_user", "userId=U1", "--yes")
    assert (code, "is UPSTREAM_URL right?" in line, "--path" in line) == (5, True, True)


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["process_order", "userId=U", "orderId=O"], "send the very same again"),
        (["renew_subscriptions", 'subscriptionIds:=["S1"]'], "look before you send it again"),
    ],
)
def test_after_silence_the_advice_depends_on_the_call(
    wire: responses.RequestsMock, prompt: Prompt, words: list[str], advice: str
) -> None:
    wire.post(re.compile(BASE), body=requests.ReadTimeout())
    code, _, line = prompt("call", *words, "--yes")
    assert (code, advice in line) == (3, True)


def test_lists_inside_an_answer_are_tables_below_it(wire: responses.RequestsMock, prompt: Prompt) -> None:
    play(wire, "list_user_mailboxes")
    out = prompt("call", "list_user_mailboxes", "userId=U1")[1]
    counts, mailboxes = out.split("\n\n")
    assert counts.startswith("pagination ")
    assert mailboxes.splitlines()[0] == "mailboxes:"
    assert mailboxes.splitlines()[1].startswith("mailboxId ")
    assert "not-a-real-password-01" not in out


@pytest.mark.parametrize(("command", "line"), [("list", "domains            user_id [contains]"), ("get", "wallet\n")])
def test_the_help_names_the_words_of_each_thing(capsys: pytest.CaptureFixture[str], command: str, line: str) -> None:
    with pytest.raises(SystemExit):
        run([command, "--help"])
    assert f"  {line}" in capsys.readouterr().out


def test_whoever_reads_may_stop_early() -> None:
    command = f"{sys.executable} -m reseller_portal.upstream operations | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("0\n", "")


def test_a_list_of_nothing_says_so(wire: responses.RequestsMock, prompt: Prompt) -> None:
    play(wire, "list_users", {"status": 200, "data": {"users": []}})
    assert prompt("list", "users")[1] == "nothing\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["get", "user"], "user takes: user_id"),
        (["get", "wallet", "mine"], "wallet takes: nothing"),
        (["list", "domains"], "domains takes: user_id, contains"),
        (["list", "users", "colour=blue"], "users takes: contains"),
        (["get", "wallet", "--path", "get_money=/money"], "no such operation"),
    ],
)
def test_a_reading_that_lacks_a_word_says_which(prompt: Prompt, words: list[str], complaint: str) -> None:
    code, _, line = prompt(*words)
    assert (code, complaint in line) == (2, True)


@pytest.mark.parametrize("words", [["get", "mailbox", "BOX1"], ["call", "get_mailbox", "mailboxId=BOX1"]])
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_secrets_are_covered_unless_asked_for(
    wire: responses.RequestsMock, prompt: Prompt, words: list[str], form: list[str]
) -> None:
    play(wire, "get_mailbox")
    covered = prompt(*words, *form)[1]
    shown = prompt(*words, *form, "--show-secrets")[1]
    secrets = ("not-a-real-password-01", "fake pass word only", "demo seed only here")
    assert not any(secret in covered for secret in secrets)
    assert all(secret in shown for secret in secrets)


def test_an_answer_cannot_draw_on_the_screen(wire: responses.RequestsMock, prompt: Prompt) -> None:
    play(wire, "get_user", {"status": 200, "data": {"id": "U1", "email": "a@a.example", "company": "\x1b[2J\rEvil"}})
    assert "\x1b" not in prompt("get", "user", "U1")[1]


def test_a_path_can_be_moved(wire: responses.RequestsMock, prompt: Prompt) -> None:
    wire.get(f"{BASE}/money", json=example("get_wallet")["response"]["body"])
    assert prompt("get", "wallet", "--path", "get_wallet=/money")[0] == 0


def test_the_environment_moves_paths_too(
    wire: responses.RequestsMock, prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_PATHS", "get_wallet=POST /money")
    wire.post(f"{BASE}/money", json=example("get_wallet")["response"]["body"])
    assert prompt("get", "wallet")[0] == 0
    assert "POST /money" in prompt("operations", "get_wallet")[1]
    monkeypatch.setenv("UPSTREAM_PATHS", "get_money=/money")
    code, _, line = prompt("get", "wallet")
    assert (code, line) == (2, "Not sent: UPSTREAM_PATHS cannot be read: no such operation: get_money.\n")


def test_calls_keep_their_distance(
    wire: responses.RequestsMock, prompt: Prompt, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    for page in (1, 2):
        users = [{"id": f"USER{page}", "email": "a@a.example"}]
        wire.get(f"{BASE}/users/list", json={"data": {"users": users, "currentPage": page, "totalPages": 2}})
    prompt("list", "users")
    assert [pause > 0 for pause in pauses] == [False, True]


def test_every_operation_is_listed(prompt: Prompt) -> None:
    code, out, _ = prompt("operations", "--json")
    assert (code, {row["operation"] for row in json.loads(out)}) == (0, set(OPERATIONS))


@pytest.mark.parametrize(("name", "value"), [("UPSTREAM_KEY", ""), ("UPSTREAM_URL", ""), ("UPSTREAM_URL", "portal")])
def test_without_address_or_key_nothing_is_sent(
    prompt: Prompt, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    code, _, line = prompt("get", "wallet")
    assert (code, "UPSTREAM_URL" in line) == (2, True)


def test_the_module_runs_without_settings() -> None:
    command = [sys.executable, "-m", "reseller_portal.upstream", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"})
    assert "UPSTREAM_KEY" in done.stdout
