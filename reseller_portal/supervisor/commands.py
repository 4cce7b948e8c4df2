"""Commands that run to their end before the next thing starts."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reseller_portal.supervisor.refusals import Interrupted, Refusal

LOOK_SECONDS = 0.2
# A migration of a large install may take its time; nothing else comes near.
LONGEST_SECONDS = 3600.0


@dataclass(frozen=True)
class Commands:
    """Runs them in `root`, keeps what a failed one said in `log`, and ends them when the person asks to stop."""

    root: Path
    log: Path
    stopped: threading.Event

    def run(self, environment: Mapping[str, str], *arguments: str) -> str:
        """What it printed. Raises `Refusal` with its last line, or `Interrupted`."""
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore::RuntimeWarning", *arguments],
            cwd=self.root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches the supervisor alone.
            start_new_session=True,
        )
        output, errors = self._follow(process)
        if process.returncode:
            self.log.write_text(output + errors)
            words = (errors.strip() or output.strip() or f"it ended with {process.returncode}").splitlines()[-1]
            raise Refusal(f"`{' '.join(arguments[:2])}` failed: {words} (all of it is in {self.log})")
        return output

    def _follow(self, process: "subprocess.Popen[str]") -> tuple[str, str]:
        waited = 0.0
        while True:
            try:
                return process.communicate(timeout=LOOK_SECONDS)
            except subprocess.TimeoutExpired:
                waited += LOOK_SECONDS
            if self.stopped.is_set() or waited > LONGEST_SECONDS:
                os.killpg(process.pid, signal.SIGTERM)
                process.communicate()
                raise Interrupted
