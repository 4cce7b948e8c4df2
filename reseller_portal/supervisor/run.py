"""`make run`: everything on one machine, in order, until Ctrl-C."""

import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from reseller_portal.supervisor import fingerprints, services, valkey
from reseller_portal.supervisor.commands import Commands
from reseller_portal.supervisor.databases import Keeper, choose_databases
from reseller_portal.supervisor.environment import (
    SANDBOX_KEY,
    Plan,
    of_services,
    portal_environment,
    sandbox_environment,
)
from reseller_portal.supervisor.keys import load_keys
from reseller_portal.supervisor.leftovers import end_leftovers, note_children, only_run
from reseller_portal.supervisor.postgres import forget_cluster
from reseller_portal.supervisor.processes import Child, Family
from reseller_portal.supervisor.refusals import (
    DISK_FULL,
    check_answers,
    check_folder,
    check_port,
    check_room,
    holds_an_install,
)
from reseller_portal.supervisor.roles import make_embedded
from reseller_portal.supervisor.waiting import wait_for_http

WATCH_SECONDS = 1.0
KEPT_FOLDERS = ("valkey", "static", "mail", "logs")
KEPT_FILES = ("secrets.json", "static.fingerprint", "children.json", "run.lock")
# Megabytes: a new database with the demo in it takes 90.
LEAST_TO_BEGIN, LEAST_TO_GO_ON = 200, 20
CHECK = ("manage.py", "check_upstream", "--brief")
Say = Callable[[str], None]


def in_words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        return "The disk is full. Make room: all goes on by itself then."
    return f"The machine does not let the portal look after its processes: {error}. It tries again."


@dataclass(frozen=True)
class Install:
    """One run: what it consists of, its processes, and whether the person asked to stop."""

    plan: Plan
    say: Say
    stopped: threading.Event
    family: Family
    keeper: Keeper
    commands: Commands

    def watch(self) -> None:
        """Outlives what the machine lacks for a while, and says it once each time."""
        said = ""
        while not self.stopped.wait(WATCH_SECONDS):
            try:
                self.keeper.look_after()
                self.family.look_after()
                said = ""
            except (OSError, subprocess.SubprocessError) as error:
                words = in_words(error)
                if words != said:
                    self.say(words)
                said = words


def run(plan: Plan, say: Say, stopped: threading.Event) -> None:
    """Start, say where everything is, watch, and stop when told. Raises `Refusal`, or `Interrupted` while starting."""
    ports = {"PORT": plan.port} | ({"SANDBOX_PORT": plan.sandbox_port} if plan.has_sandbox else {})
    for name in ("DATABASE_URL", "CELERY_BROKER_URL"):
        check_answers(name, plan.outside.get(name, ""))
    with _install(plan, say, stopped, ports) as install:
        environment = _start(install)
        table = install.commands.run(environment, "manage.py", "demo") if plan.has_sandbox else ""
        say(f"Portal ready: {plan.portal_address}")
        if plan.has_sandbox:
            say(f"Sandbox ready: {plan.sandbox_address} key: {SANDBOX_KEY}")
        say(f"Admin: {plan.portal_address}/admin/")
        if table:
            say(table.rstrip())
        if not plan.has_sandbox and (warning := install.commands.run(environment, *CHECK).strip()):
            say(warning)
        say("Stop everything with Ctrl-C.")
        install.watch()


def run_sandbox(plan: Plan, say: Say, stopped: threading.Event) -> None:
    """`make sandbox`: only the sandbox, with its database."""
    with _install(plan, say, stopped, {"SANDBOX_PORT": plan.sandbox_port}) as install:
        urls = make_embedded(install.keeper.open(), load_keys(plan.data))
        environment = sandbox_environment(plan, urls.sandbox, is_alone=True)
        install.commands.run(environment, "-m", "reseller_portal.sandbox", "prepare")
        child = services.make_sandbox(plan, environment)
        install.family.add(child)
        wait_for_http(f"{plan.sandbox_address}/control/health/", child, stopped)
        say(f"Sandbox ready: {plan.sandbox_address} key: {SANDBOX_KEY}")
        install.watch()


def reset(plan: Plan) -> bool:
    """Forget everything that `run` keeps; False when there is nothing of ours. Raises `Refusal` while it runs."""
    if not holds_an_install(plan.data):
        return False
    check_folder(plan.data)
    with only_run(plan.data):
        end_leftovers(plan.data)
        Keeper(plan, lambda line: None).stop()
        forget_cluster(plan.data / "postgres")
        for kept in KEPT_FOLDERS:
            shutil.rmtree(plan.data / kept, ignore_errors=True)
        for kept in KEPT_FILES:
            (plan.data / kept).unlink(missing_ok=True)
    return True


@contextmanager
def _install(plan: Plan, say: Say, stopped: threading.Event, ports: Mapping[str, int]) -> Iterator[Install]:
    """Nothing of an earlier run before, nothing of this one after."""
    check_folder(plan.data)
    check_room(plan.data, megabytes=LEAST_TO_GO_ON if holds_an_install(plan.data) else LEAST_TO_BEGIN)
    with only_run(plan.data):
        end_leftovers(plan.data)
        for name, port in ports.items():
            check_port(name, port)
        plan.logs.mkdir(exist_ok=True)
        family = Family(say, note=lambda children: note_children(plan.data, children))
        keeper = Keeper(plan, say)
        try:
            yield Install(plan, say, stopped, family, keeper, Commands(plan.root, plan.logs / "commands.log", stopped))
        finally:
            family.stop()
            keeper.stop()


def _start(install: Install) -> dict[str, str]:
    """Database and broker beside each other, then what they need, then everything that answers."""
    plan = install.plan
    keys = load_keys(plan.data)
    with ThreadPoolExecutor() as pool:
        database = pool.submit(choose_databases, plan, install.keeper, keys)
        broker, cache = _broker(install)
        urls = database.result()
        environment = portal_environment(plan, keys, app_url=urls.app, owner_url=urls.owner, broker=broker, cache=cache)
        sandbox = sandbox_environment(plan, urls.sandbox)
        work: list[Future[object]] = [
            pool.submit(_prepare, install, environment),
            pool.submit(_collect_static, install, environment),
        ]
        if plan.has_sandbox:
            work.append(pool.submit(install.commands.run, sandbox, "-m", "reseller_portal.sandbox", "prepare"))
        for each in work:
            each.result()
    _start_services(install, environment, sandbox)
    return environment


def _start_services(install: Install, environment: Mapping[str, str], sandbox: Mapping[str, str]) -> None:
    plan, family = install.plan, install.family
    environment = of_services(environment)
    web = services.make_web(plan, environment)
    waits: list[tuple[str, Child]] = [(f"{plan.portal_address}/health/ready/", web)]
    family.add(web)
    if plan.has_sandbox:
        upstream = services.make_sandbox(plan, sandbox)
        waits.append((f"{plan.sandbox_address}/control/health/", upstream))
        family.add(upstream)
    family.add(services.make_worker(plan, environment))
    family.add(services.make_schedule(plan, environment))
    for url, child in waits:
        wait_for_http(url, child, install.stopped)


def _broker(install: Install) -> tuple[str, str]:
    """(broker, cache): the embedded one, or what was named; Redis serves as both."""
    plan = install.plan
    if not plan.has_broker:
        named = plan.outside["CELERY_BROKER_URL"]
        return named, plan.outside.get("CACHE_URL") or named
    folder = plan.data / "valkey"
    child = valkey.make_child(folder, plan.logs / "valkey.log")
    install.family.add(child)
    valkey.wait_for(child, folder, install.stopped)
    return valkey.broker_url(folder), valkey.cache_url(folder)


def _prepare(install: Install, environment: Mapping[str, str]) -> None:
    """In a database of one's own always: whether it was restored or replaced is not ours to know."""

    def prepare() -> None:
        install.commands.run(environment, "manage.py", "prepare", "--verbosity", "0")

    if install.plan.has_database:
        stamp = install.plan.data / "postgres" / "prepared.fingerprint"
        fingerprints.once(stamp, fingerprints.of_migrations(install.plan.root), prepare)
    else:
        prepare()


def _collect_static(install: Install, environment: Mapping[str, str]) -> None:
    """Compressing all files takes seconds."""

    def collect() -> None:
        install.commands.run(environment, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0")

    fingerprints.once(install.plan.data / "static.fingerprint", fingerprints.of_static(install.plan.root), collect)
