"""`make run`: everything on one machine, in order, until Ctrl-C."""

import hashlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from reseller_portal.supervisor import valkey
from reseller_portal.supervisor.environment import SANDBOX_KEY, Plan, portal_environment, sandbox_environment
from reseller_portal.supervisor.keys import load_keys
from reseller_portal.supervisor.leftovers import end_leftovers, note_children, only_run
from reseller_portal.supervisor.postgres import Cluster, PostgresFailed, find_cluster, open_cluster, stop_cluster
from reseller_portal.supervisor.processes import Child, Family
from reseller_portal.supervisor.refusals import Refusal, check_folder, check_port
from reseller_portal.supervisor.roles import DatabaseUrls, make_embedded, make_run_time_role
from reseller_portal.supervisor.waiting import wait_for_http

LEAN_DATABASE = {
    "shared_buffers": "64MB",
    "max_connections": "60",
    "autovacuum_naptime": "60s",
    "max_worker_processes": "2",
    "jit": "off",
}
WATCH_SECONDS = 1.0
Say = Callable[[str], None]


def run(plan: Plan, say: Say, stopped: threading.Event) -> None:
    """Start, say where everything is, watch, and stop when told. Raises `Refusal`."""
    check_folder(plan.data)
    with only_run(plan.data):
        end_leftovers(plan.data)
        check_port("PORT", plan.port)
        if plan.has_sandbox:
            check_port("SANDBOX_PORT", plan.sandbox_port)
        (plan.data / "logs").mkdir(exist_ok=True)
        family = Family(say=say)
        try:
            environment = _start(plan, family)
            _introduce(plan, environment, say)
            while not stopped.wait(WATCH_SECONDS):
                family.look_after()
                note_children(plan.data, family.children)
        finally:
            family.stop()
            _stop_database(plan)


def run_sandbox(plan: Plan, say: Say, stopped: threading.Event) -> None:
    """`make sandbox`: only the sandbox, with its database."""
    check_folder(plan.data)
    with only_run(plan.data):
        end_leftovers(plan.data)
        check_port("SANDBOX_PORT", plan.sandbox_port)
        (plan.data / "logs").mkdir(exist_ok=True)
        family = Family(say=say)
        try:
            urls = make_embedded(_open_database(plan), load_keys(plan.data))
            environment = sandbox_environment(plan, urls.sandbox)
            _command(plan, environment, "-m", "reseller_portal.sandbox", "prepare")
            wait_for_http(f"{plan.sandbox_address}/control/health/", _add_sandbox(plan, family, environment))
            say(f"Sandbox ready: {plan.sandbox_address} key: {SANDBOX_KEY}")
            while not stopped.wait(WATCH_SECONDS):
                family.look_after()
                note_children(plan.data, family.children)
        finally:
            family.stop()
            _stop_database(plan)


def reset(plan: Plan) -> None:
    """Forget everything that `run` keeps. Raises `Refusal` while it runs."""
    if not plan.data.exists():
        return
    with only_run(plan.data):
        end_leftovers(plan.data)
        _stop_database(plan)
    for kept in ("postgres", "valkey", "static", "mail", "logs"):
        shutil.rmtree(plan.data / kept, ignore_errors=True)
    for kept in ("secrets.json", "static.fingerprint", "children.json", "run.lock"):
        (plan.data / kept).unlink(missing_ok=True)


def _start(plan: Plan, family: Family) -> dict[str, str]:
    keys = load_keys(plan.data)
    with ThreadPoolExecutor() as pool:
        database = pool.submit(_databases, plan, keys)
        broker, cache = _broker(plan, family)
        urls = database.result()
        environment = portal_environment(plan, keys, app_url=urls.app, owner_url=urls.owner, broker=broker, cache=cache)
        sandbox = sandbox_environment(plan, urls.sandbox)
        work: list[Future[object]] = [
            pool.submit(_command, plan, environment, "manage.py", "prepare", "--verbosity", "0"),
            pool.submit(_collect_static, plan, environment),
        ]
        if plan.has_sandbox:
            work.append(pool.submit(_command, plan, sandbox, "-m", "reseller_portal.sandbox", "prepare"))
        for each in work:
            each.result()
    waits = [(f"{plan.portal_address}/health/", _add_web(plan, family, environment))]
    if plan.has_sandbox:
        waits.append((f"{plan.sandbox_address}/control/health/", _add_sandbox(plan, family, sandbox)))
    _add_workers(plan, family, environment)
    note_children(plan.data, family.children)
    for url, child in waits:
        wait_for_http(url, child)
    return environment


def _introduce(plan: Plan, environment: Mapping[str, str], say: Say) -> None:
    """Demo data first: it needs everything to run, and the table of logins belongs under the addresses."""
    table = _command(plan, environment, "manage.py", "demo") if plan.has_sandbox else ""
    say(f"Portal ready: {plan.portal_address}")
    if plan.has_sandbox:
        say(f"Sandbox ready: {plan.sandbox_address} key: {SANDBOX_KEY}")
    say(f"Admin: {plan.portal_address}/admin/")
    if table:
        say(table.rstrip())
    say("Stop everything with Ctrl-C.")


def _databases(plan: Plan, keys: Mapping[str, str]) -> DatabaseUrls:
    """The embedded cluster also keeps the sandbox's database when the portal's own is elsewhere."""
    embedded = make_embedded(_open_database(plan), keys) if plan.has_database or plan.has_sandbox else None
    sandbox = embedded.sandbox if embedded else ""
    if plan.has_database and embedded:
        return embedded
    named = plan.outside["DATABASE_URL"]
    owner = plan.outside.get("DATABASE_OWNER_URL")
    if owner:
        return DatabaseUrls(owner=owner, app=named, sandbox=sandbox)
    return DatabaseUrls(owner=named, app=make_run_time_role(named, keys["APP_PASSWORD"]), sandbox=sandbox)


def _open_database(plan: Plan) -> Cluster:
    try:
        return open_cluster(plan.data / "postgres", settings=LEAN_DATABASE)
    except PostgresFailed as failed:
        raise Refusal(str(failed)) from None


def _stop_database(plan: Plan) -> None:
    folder = plan.data / "postgres"
    if (folder / "data" / "postmaster.pid").exists():
        stop_cluster(find_cluster(folder))


def _broker(plan: Plan, family: Family) -> tuple[str, str]:
    """(broker, cache): the embedded one, or what was named; Redis serves as both."""
    if not plan.has_broker:
        named = plan.outside["CELERY_BROKER_URL"]
        return named, plan.outside.get("CACHE_URL") or named
    folder = plan.data / "valkey"
    child = valkey.make_child(folder, plan.data / "logs" / "valkey.log")
    family.add(child)
    valkey.wait_for(child, folder)
    return valkey.broker_url(folder), valkey.cache_url(folder)


def _add_web(plan: Plan, family: Family, environment: Mapping[str, str]) -> Child:
    command = [
        *_python(), "-m", "gunicorn", "reseller_portal.wsgi:application", "--bind", f"127.0.0.1:{plan.port}",
        "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--graceful-timeout", "5",
        "--no-control-socket",
    ]  # fmt: skip
    return _add(plan, family, "The portal", command, environment)


def _add_sandbox(plan: Plan, family: Family, environment: Mapping[str, str]) -> Child:
    command = [
        *_python(), "-m", "gunicorn", "reseller_portal.sandbox.wsgi:application",
        "--bind", f"127.0.0.1:{plan.sandbox_port}",
        "--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "2", "--timeout", "90",
        "--no-control-socket",
    ]  # fmt: skip
    return _add(plan, family, "The sandbox", command, environment)


def _add_workers(plan: Plan, family: Family, environment: Mapping[str, str]) -> None:
    celery = [*_python(), "-m", "celery", "-A", "reseller_portal.celery:app"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
    _add(plan, family, "The worker", [*celery, "worker", "--pool", "threads", "-c", "8", *quiet], environment)
    schedule = ["beat", "--scheduler", "reseller_portal.beat:OneBeat", "--pidfile", "", "--loglevel", "WARNING"]
    _add(plan, family, "The schedule", [*celery, *schedule], environment)


def _add(plan: Plan, family: Family, name: str, command: list[str], environment: Mapping[str, str]) -> Child:
    log = plan.data / "logs" / f"{name.removeprefix('The ')}.log"
    child = Child(name, command, environment, log)
    family.add(child)
    return child


def _command(plan: Plan, environment: Mapping[str, str], *arguments: str) -> str:
    """Run a command to its end and return what it printed. Raises `Refusal` with its last line."""
    done = subprocess.run(
        [*_python(), "-W", "ignore::RuntimeWarning", *arguments],
        cwd=plan.root,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    if done.returncode:
        (plan.data / "logs" / "commands.log").write_text(done.stdout + done.stderr)
        words = (done.stderr.strip() or done.stdout.strip() or "no words").splitlines()[-1]
        raise Refusal(f"{arguments[-1] if arguments[0] == '-m' else arguments[1]} failed: {words}")
    return done.stdout


def _collect_static(plan: Plan, environment: Mapping[str, str]) -> None:
    """Only when a file changed: compressing them all takes seconds."""
    stamp = plan.data / "static.fingerprint"
    wanted = _fingerprint(plan.root)
    if not stamp.exists() or stamp.read_text() != wanted:
        _command(plan, environment, "manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0")
        stamp.write_text(wanted)


def _fingerprint(root: Path) -> str:
    digest = hashlib.sha256((root / "requirements" / "portal.txt").read_bytes())
    for path in sorted((root / "static").rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return digest.hexdigest()


def _python() -> list[str]:
    return [sys.executable]
