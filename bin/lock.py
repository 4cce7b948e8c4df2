"""Writes both lock files anew from pyproject.toml: every version and hash, for every platform, extras kept.

Without its extras a requirement such as `celery[redis]` is another one to pip, which then looks for its newest release
and finds no hash of it. Usage: python3 bin/lock.py [--upgrade]. Needs the package index.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCKS = {"portal.txt": [], "dev.txt": ["--group", "dev"]}
OPTIONS = (
    "--universal", "--no-strip-extras", "--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate",
)  # fmt: skip


def main(arguments: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        python = Path(folder, "bin", "python")
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "uv>=0.9,<1"], check=True)
        for name, groups in LOCKS.items():
            command = [python, "-m", "uv", "pip", "compile", "pyproject.toml", *groups, *OPTIONS, *arguments]
            subprocess.run([*command, "--quiet", "-o", f"requirements/{name}"], check=True, cwd=ROOT)


if __name__ == "__main__":
    main(sys.argv[1:])
