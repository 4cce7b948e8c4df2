"""Half-merged files do not pass `make check`."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = settings.BASE_DIR / "bin" / "marks.py"


def check(tmp_path: Path, text: str) -> "subprocess.CompletedProcess[str]":
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "marks.py").write_text(SCRIPT.read_text())
    (tmp_path / "Procfile").write_text(text)
    for words in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return subprocess.run(
        [sys.executable, str(tmp_path / "bin" / "marks.py")], check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize("mark", ["<<<<<<< HEAD", ">>>>>>> other", "||||||| base"])
def test_a_file_with_the_marks_of_a_merge_is_named(tmp_path: Path, mark: str) -> None:
    done = check(tmp_path, f"web: x\n{mark}\n")
    assert done.returncode == 1
    assert "Procfile:2" in done.stderr


def test_lines_under_headings_and_arrows_are_no_marks(tmp_path: Path) -> None:
    assert check(tmp_path, "Title\n=======\n>>>>> x <<<<<<<\n").returncode == 0
