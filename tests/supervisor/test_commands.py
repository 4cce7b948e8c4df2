import os
import threading
from pathlib import Path

import pytest

from reseller_portal.supervisor.commands import Commands
from reseller_portal.supervisor.refusals import Interrupted, Refusal


@pytest.fixture
def commands(tmp_path: Path, stopped: threading.Event) -> Commands:
    return Commands(tmp_path, tmp_path / "commands.log", stopped)


def test_a_command_hands_back_what_it_printed(commands: Commands) -> None:
    assert commands.run(os.environ, "-c", "print('a table')") == "a table\n"


def test_a_failed_command_is_one_line_and_the_rest_is_kept(commands: Commands) -> None:
    with pytest.raises(Refusal, match="failed: ValueError: the last word") as refused:
        commands.run(os.environ, "-c", "raise ValueError('the last word')")
    assert "\n" not in str(refused.value)
    assert "Traceback" in commands.log.read_text()


def test_a_command_ends_when_the_person_asks_to_stop(commands: Commands, stopped: threading.Event) -> None:
    threading.Timer(0.2, stopped.set).start()
    with pytest.raises(Interrupted):
        commands.run(os.environ, "-c", "import time; time.sleep(60)")
