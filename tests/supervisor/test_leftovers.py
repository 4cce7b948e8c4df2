import json
from pathlib import Path

import pytest

from reseller_portal.supervisor.leftovers import end_leftovers, note_children, only_run
from reseller_portal.supervisor.processes import Family
from reseller_portal.supervisor.refusals import Refusal
from tests.supervisor.conftest import MakeChild


def test_a_second_run_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    with (
        only_run(tmp_path),
        pytest.raises(Refusal, match=r"The portal runs already on .*PORTAL_DATA"),
        only_run(tmp_path),
    ):
        pass


def test_a_folder_is_free_again_after_a_run(tmp_path: Path) -> None:
    with only_run(tmp_path):
        pass
    with only_run(tmp_path):
        assert (tmp_path / "run.lock").exists()


def test_the_children_of_a_killed_run_are_ended(tmp_path: Path, family: Family, make_child: MakeChild) -> None:
    family.add(make_child("one"))
    family.add(make_child("two"))
    note_children(tmp_path, family.children)
    assert end_leftovers(tmp_path) == 2
    assert not any(child.is_alive for child in family.children)
    assert end_leftovers(tmp_path) == 0


def test_a_process_that_only_has_the_same_number_is_left_alone(
    tmp_path: Path, family: Family, make_child: MakeChild
) -> None:
    child = make_child()
    family.add(child)
    assert child.process
    (tmp_path / "children.json").write_text(json.dumps({child.process.pid: "another birth"}))
    assert end_leftovers(tmp_path) == 0
    assert child.is_alive
