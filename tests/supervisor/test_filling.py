"""Filling a sandbox wants one that runs, and a number."""

import threading
from pathlib import Path

import pytest

from reseller_portal.supervisor.__main__ import main
from reseller_portal.supervisor.environment import make_plan
from reseller_portal.supervisor.filling import fill_sandbox
from reseller_portal.supervisor.refusals import Refusal


@pytest.mark.parametrize(
    ("mailboxes", "words"), [("many", "must be a number"), ("-5", "must be a number"), ("5", "make sandbox")]
)
def test_what_cannot_be_filled_is_one_line(tmp_path: Path, mailboxes: str, words: str) -> None:
    plan = make_plan(tmp_path, {"PORTAL_DATA": str(tmp_path / "data")})
    with pytest.raises(Refusal, match=words):
        fill_sandbox(plan, mailboxes, print, threading.Event())
    assert not plan.data.exists()


@pytest.mark.parametrize("arguments", [[], ["load"], ["run", "5"], ["load", "5", "6"], ["fly"]])
def test_a_command_that_there_is_not_is_told_the_ones_there_are(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr().out.startswith("usage: ")
