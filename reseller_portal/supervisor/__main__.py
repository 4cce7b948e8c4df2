"""`python -m reseller_portal.supervisor run | sandbox | reset | load MAILBOXES`."""

import os
import signal
import sys
import threading
from pathlib import Path

from reseller_portal.supervisor.environment import make_plan
from reseller_portal.supervisor.filling import fill_sandbox
from reseller_portal.supervisor.refusals import Interrupted, Refusal, refused_by_machine
from reseller_portal.supervisor.run import reset, run, run_sandbox

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    command, more = arguments[:1], arguments[1:]
    if command not in (["run"], ["sandbox"], ["reset"], ["load"]) or len(more) != (command == ["load"]):
        _say("usage: python -m reseller_portal.supervisor run | sandbox | reset | load MAILBOXES")
        return 2
    # What this writes, logs and mails too, is for nobody else on the machine.
    os.umask(0o077)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        plan = make_plan(ROOT, dict(os.environ))
        if arguments[0] == "load":
            fill_sandbox(plan, arguments[1], _say, stopped)
        elif arguments[0] == "reset":
            was_there = reset(plan)
            _say(f"Everything in {plan.data} is forgotten." if was_there else f"There is nothing in {plan.data}.")
        else:
            {"run": run, "sandbox": run_sandbox}[arguments[0]](plan, _say, stopped)
            _say("Stopped.")
    except Interrupted:
        _say("Stopped.")
    except Refusal as refusal:
        _say(str(refusal))
        return 1
    except OSError as error:
        _say(refused_by_machine(error))
        return 1
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
