"""The processes of an install: what each is called and how it is started."""

import sys
from collections.abc import Mapping

from reseller_portal.supervisor.environment import Plan
from reseller_portal.supervisor.processes import Child

# Workers tell each other nothing: what is due stands in the database, and chatter costs processor time at rest.
QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
# Longer than any page waits before it asks again, and than usual proxies keep their connections.
KEEP_ALIVE = "75"


def make_web(plan: Plan, environment: Mapping[str, str]) -> Child:
    return _python(
        plan, "The portal", environment,
        "gunicorn", "reseller_portal.wsgi:application", "--bind", f"127.0.0.1:{plan.port}",
        "--worker-class", "reseller_portal.serving.Worker", "--workers", "2", "--threads", "4", "--preload",
        "--graceful-timeout", "5", "--keep-alive", KEEP_ALIVE, "--no-control-socket",
    )  # fmt: skip


def make_sandbox(plan: Plan, environment: Mapping[str, str]) -> Child:
    return _python(
        plan, "The sandbox", environment,
        "gunicorn", "reseller_portal.sandbox.wsgi:application", "--bind", f"127.0.0.1:{plan.sandbox_port}",
        "--worker-class", "gthread", "--workers", "1", "--threads", "8", "--graceful-timeout", "2", "--timeout", "90",
        "--keep-alive", KEEP_ALIVE, "--no-control-socket",
    )  # fmt: skip


def make_worker(plan: Plan, environment: Mapping[str, str]) -> Child:
    return _python(
        plan, "The worker", environment,
        "celery", "-A", "reseller_portal.celery:app", "worker", "--pool", "threads",
        "-Q", "calls,events,runs,mail", "-c", "10", *QUIET,
    )  # fmt: skip


def make_schedule(plan: Plan, environment: Mapping[str, str]) -> Child:
    return _python(
        plan, "The schedule", environment,
        "celery", "-A", "reseller_portal.celery:app", "beat", "--scheduler", "reseller_portal.beat:OneBeat",
        "--pidfile", "", "--loglevel", "WARNING",
    )  # fmt: skip


def _python(plan: Plan, name: str, environment: Mapping[str, str], module: str, *arguments: str) -> Child:
    log = plan.logs / f"{name.removeprefix('The ')}.log"
    return Child(name, [sys.executable, "-m", module, *arguments], environment, log, root=plan.root)
