"""Makes sure that a Chromium is there for the browser tests: installs it where we may, else says how in one line."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    if any(shutil.which(name) for name in NAMES):
        return
    if os.getuid() == 0 and shutil.which("apt-get"):
        sys.stdout.write("Installing Chromium for the browser tests ...\n")
        sys.stdout.flush()
        for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            _apt_get(*words)
    if not any(shutil.which(name) for name in NAMES):
        sys.exit("The browser tests need Chromium: install the system package chromium, then run this again.")


def _apt_get(*words: str) -> None:
    """Whether it worked is seen by what is there afterwards."""
    command = [str(shutil.which("apt-get")), *words]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
