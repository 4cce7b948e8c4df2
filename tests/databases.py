"""The databases of a test run: own cluster, a migrated template, one copy per worker."""

import fcntl
import hashlib
import os
import signal
import time
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from accounts import staff_groups
from accounts.management.commands.prepare import grant
from reseller_portal.supervisor.postgres import FAST_AND_LOOSE, Cluster, find_cluster, open_cluster, stop_cluster

ROOT = Path(__file__).resolve().parents[1]
ROLES = {"portal_owner": "CREATEDB", "portal_app": "NOCREATEDB", "sandbox": "CREATEDB"}


# What each process that uses the cluster holds open, with a shared lock on it.
_users: list[TextIO] = []


def start() -> Cluster:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    if not _users:
        _users.append((folder.parent / "test-users").open("w"))
        fcntl.flock(_users[0], fcntl.LOCK_SH)
    cluster = open_cluster(folder, settings={**FAST_AND_LOOSE, "max_connections": "100"})
    with (folder / "roles").open("w") as lock, psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for role, rights in ROLES.items():
            if not link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                link.execute(
                    sql.SQL(f"CREATE ROLE {{}} LOGIN NOSUPERUSER NOBYPASSRLS {rights} PASSWORD {{}}").format(
                        sql.Identifier(role), sql.Literal(role)
                    )
                )
    return cluster


def end_in_order() -> None:
    """SIGTERM ends a run as Ctrl-C does, so that `leave` is reached."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def leave() -> None:
    """Whoever is the last to leave stops the cluster: no process stays behind."""
    if not _users:
        return
    connections.close_all()
    with _users.pop() as file:
        fcntl.flock(file, fcntl.LOCK_UN)
        _stop_if_unused(file)


def leave_nothing(patience_seconds: float = 5.0) -> None:
    """For whoever started others that used the cluster: they may have been ended before they could leave."""
    lock = _folder().parent / "test-users"
    deadline = time.monotonic() + patience_seconds
    while lock.exists():
        with lock.open("w") as file:
            if _stop_if_unused(file) or time.monotonic() > deadline:
                return
        time.sleep(0.1)


def _stop_if_unused(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    stop_cluster(find_cluster(_folder()))
    return True


def _folder() -> Path:
    return Path(os.environ.get("PORTAL_DATA") or ROOT / ".data") / "test"


def use(cluster: Cluster, *, worker: str) -> None:
    """Give this worker fresh copies of the migrated templates and point the aliases at them."""
    template = f"template_{_fingerprint()}"
    with (cluster.folder / "template").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(cluster, template):
            _build_templates(cluster, template)
        _create(cluster, f"test_{worker}", template=template)
        _create(cluster, f"sandbox_{worker}", template=f"sandbox_{template}", owner="sandbox")
    _point_at(cluster, f"test_{worker}", f"sandbox_{worker}")


def clear(*, keep: Collection[str]) -> None:
    """Empty every table but those, and give the budget its one row again."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s)", [[*keep]]
        )
        names = sql.SQL(", ").join(sql.Identifier(row[0]) for row in cursor.fetchall())
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))
        cursor.execute("INSERT INTO operations_budget (calls) VALUES (0)")


def _build_templates(cluster: Cluster, name: str) -> None:
    """The portal's database last: its name says that both are complete."""
    building = f"{name}_building"
    _create(cluster, building, template="template0")
    _create(cluster, f"sandbox_{name}", template="template0", owner="sandbox")
    _point_at(cluster, building, f"sandbox_{name}")
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    call_command("migrate", "sandbox", database="sandbox", interactive=False, verbosity=0)
    staff_groups.fill(using="owner")
    grant(role="portal_app")
    connections.close_all()
    with psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        link.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))


def _create(cluster: Cluster, name: str, *, template: str, owner: str = "portal_owner") -> None:
    with psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        link.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        link.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                sql.Identifier(name), sql.Identifier(owner), sql.Identifier(template)
            )
        )


def _exists(cluster: Cluster, name: str) -> bool:
    with psycopg.connect(cluster.superuser_url) as link:
        return link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _point_at(cluster: Cluster, portal: str, sandbox: str) -> None:
    connections.close_all()
    for alias, role, name in (
        ("default", "portal_app", portal),
        ("owner", "portal_owner", portal),
        ("sandbox", "sandbox", sandbox),
    ):
        entry = connections.databases[alias]
        entry.update({"NAME": name, "USER": role, "PASSWORD": role, "HOST": str(cluster.socket_folder), "PORT": ""})
        entry["CONN_MAX_AGE"] = 0
        settings.DATABASES[alias] = entry
        connections[alias].settings_dict.update(entry)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("reseller_portal/*/migrations/*.py")]):
        digest.update(path.read_bytes())
    for name in ("row_security.py", "staff_groups.py", "management/commands/prepare.py"):
        path = ROOT / "accounts" / name
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
