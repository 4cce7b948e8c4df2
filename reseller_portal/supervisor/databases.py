"""Which databases a run uses: the embedded cluster, one that was named, or both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from reseller_portal.supervisor.environment import Plan
from reseller_portal.supervisor.postgres import (
    Cluster,
    PostgresFailed,
    accepts,
    find_cluster,
    open_cluster,
    stop_cluster,
)
from reseller_portal.supervisor.processes import bound
from reseller_portal.supervisor.refusals import Refusal
from reseller_portal.supervisor.roles import DatabaseUrls, make_embedded, make_run_time_role

LEAN = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum_naptime": "60s",
    "max_worker_processes": "2",
    "jit": "off",
}


@dataclass(frozen=True)
class Keeper:
    """Opens the embedded cluster, opens it again when it ended, and stops it."""

    plan: Plan
    say: Callable[[str], None]

    def open(self) -> Cluster:
        try:
            return open_cluster(self.plan.data / "postgres", settings=LEAN)
        except PostgresFailed as failed:
            raise Refusal(str(failed)) from None

    def look_after(self) -> None:
        """Only one that was opened: a named database is looked after by others."""
        folder = self.plan.data / "postgres"
        bound(folder.resolve() / "data" / "server.log")
        if not folder.exists() or accepts(find_cluster(folder)):
            return
        self.say(f"The database ended and is started again; its last words are in {folder / 'data' / 'server.log'}.")
        try:
            self.open()
        except Refusal as refusal:
            self.say(str(refusal))

    def stop(self) -> None:
        folder = self.plan.data / "postgres"
        if (folder / "data" / "postmaster.pid").exists():
            stop_cluster(find_cluster(folder))


def choose_databases(plan: Plan, keeper: Keeper, keys: Mapping[str, str]) -> DatabaseUrls:
    """The embedded cluster also keeps the sandbox's database when the portal's own is elsewhere. Raises `Refusal`."""
    embedded = make_embedded(keeper.open(), keys) if plan.has_database or plan.has_sandbox else None
    sandbox = embedded.sandbox if embedded else ""
    if plan.has_database and embedded:
        return embedded
    named = plan.outside["DATABASE_URL"]
    owner = plan.outside.get("DATABASE_OWNER_URL")
    if owner:
        return DatabaseUrls(owner=owner, app=named, sandbox=sandbox)
    return DatabaseUrls(owner=named, app=make_run_time_role(named, keys["APP_PASSWORD"]), sandbox=sandbox)
