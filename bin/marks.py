"""Fails when a tracked file holds the marks that git leaves in a merge which nobody finished."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKS = r"^(<{7} |>{7} |\|{7} )"


def main(root: Path) -> int:
    """0 without any, or where nothing is tracked. What git prints names file and line."""
    if not (root / ".git").exists():
        return 0
    command = ["git", "grep", "-nIE", MARKS]
    found = subprocess.run(
        command, cwd=root, check=False, capture_output=True, text=True
    )  # git is where the person has it
    if found.returncode > 1:
        sys.stderr.write(found.stderr)
        return found.returncode
    sys.stderr.write(found.stdout)
    return 1 if found.stdout else 0


if __name__ == "__main__":
    sys.exit(main(ROOT))
