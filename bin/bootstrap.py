"""Makes the virtual environment from a lock file with hashes; does nothing when it is already as the lock says.

Usage: python3 bin/bootstrap.py requirements/portal.txt. Needs Python 3.11 or later and nothing else.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
OLDEST = (3, 11)
# What the development environment takes, its downloads included.
MEGABYTES = 1000


def main(lock: Path) -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Python 3.11 or later is needed; this is {sys.version.split()[0]}.")
    wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
    stamp = VENV / f"{lock.stem}.installed"
    is_there = is_of_this_python(VENV)
    if is_there and stamp.exists() and stamp.read_text() == wanted:
        return
    if (free := shutil.disk_usage(ROOT).free // 1_000_000) < MEGABYTES:
        sys.exit(f"The disk of {ROOT} has {free} MB left, and {MEGABYTES} MB are needed. Make room and run this again.")
    if not is_there:
        make_venv()
    sys.stdout.write(f"Installing what {lock.name} names ...\n")
    sys.stdout.flush()
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if subprocess.run([*command, "--require-hashes", "-r", str(lock)], check=False).returncode:
        sys.exit("Installing the dependencies failed; the lines above say which. Run the same command again to resume.")
    stamp.write_text(wanted)


def is_of_this_python(venv: Path) -> bool:
    """One that another Python made holds packages that this one does not see, or cannot load."""
    settings = venv / "pyvenv.cfg"
    if not (venv / "bin" / "python").exists() or not settings.exists():
        return False
    known = dict(line.partition("=")[::2] for line in settings.read_text().splitlines())
    version = {key.strip(): value.strip() for key, value in known.items()}.get("version", "")
    return version.split(".")[:2] == [str(part) for part in sys.version_info[:2]]


def make_venv() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit("The virtual environment cannot be made: install the system package python3-venv and run this again.")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
