"""`make load`: very many mailboxes for a sandbox that runs, to see how a program fares with them."""

import threading
from collections.abc import Callable

from reseller_portal.supervisor.commands import Commands
from reseller_portal.supervisor.environment import Plan, sandbox_environment
from reseller_portal.supervisor.keys import load_keys
from reseller_portal.supervisor.postgres import accepts, find_cluster
from reseller_portal.supervisor.refusals import Refusal
from reseller_portal.supervisor.roles import make_embedded


def fill_sandbox(plan: Plan, mailboxes: str, say: Callable[[str], None], stopped: threading.Event) -> None:
    """Beside `make sandbox` or `make run` of the same folder. Raises `Refusal` when none runs there."""
    if not mailboxes.isdigit():
        raise Refusal(f"The number of mailboxes must be a number, not {mailboxes!r}.")
    folder = plan.data / "postgres"
    if not (folder / "data").is_dir() or not accepts(find_cluster(folder)):
        raise Refusal(f"No sandbox runs in {plan.data}. Start it with `make sandbox` first, in another terminal.")
    urls = make_embedded(find_cluster(folder), load_keys(plan.data))
    commands = Commands(plan.root, plan.logs / "load.log", stopped)
    environment = sandbox_environment(plan, urls.sandbox)
    say(commands.run(environment, "-m", "reseller_portal.sandbox", "load", mailboxes).strip())
