"""Databases and roles: an owner for migrations, and a run-time role that owns nothing and bypasses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from reseller_portal.supervisor.postgres import Cluster
from reseller_portal.supervisor.refusals import Refusal

OWNER, APP, SANDBOX = "portal_owner", "portal_app", "sandbox"


@dataclass(frozen=True)
class DatabaseUrls:
    owner: str
    app: str
    sandbox: str


def make_embedded(cluster: Cluster, keys: Mapping[str, str]) -> DatabaseUrls:
    """Roles and databases of the embedded cluster, made where missing."""
    with psycopg.connect(cluster.superuser_url, autocommit=True) as link:
        for role, key in ((OWNER, "OWNER_PASSWORD"), (APP, "APP_PASSWORD"), (SANDBOX, "SANDBOX_PASSWORD")):
            _make_role(link, role, keys[key])
        _make_database(link, "portal", OWNER)
        _make_database(link, "sandbox", SANDBOX)
        # Each role enters its own database and no other.
        for name in ("portal", "sandbox", "postgres", "template1"):
            link.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        link.execute(sql.SQL("GRANT CONNECT ON DATABASE portal TO {}").format(sql.Identifier(APP)))
    return DatabaseUrls(
        owner=cluster.url(role=OWNER, password=keys["OWNER_PASSWORD"], database="portal"),
        app=cluster.url(role=APP, password=keys["APP_PASSWORD"], database="portal"),
        sandbox=cluster.url(role=SANDBOX, password=keys["SANDBOX_PASSWORD"], database="sandbox"),
    )


def make_run_time_role(owner_url: str, password: str, *, role: str = APP) -> str:
    """On a database of your own: the role that the portal runs as, beside the owner that DATABASE_URL names."""
    try:
        with psycopg.connect(owner_url, autocommit=True, connect_timeout=5) as link:
            _make_role(link, role, password)
        return _with_user(owner_url, role, password)
    except psycopg.OperationalError as error:
        words = str(error).strip().splitlines()[0]
        raise Refusal(f"DATABASE_URL does not answer: {words}") from None
    except psycopg.errors.InsufficientPrivilege:
        raise Refusal(
            f"The role of DATABASE_URL may not make the run-time role {role}. Give it CREATEROLE, or set"
            " DATABASE_OWNER_URL to the owner and DATABASE_URL to a role of your own that owns nothing."
        ) from None


def _with_user(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}:{password}@{parts.netloc.rpartition('@')[2]}"))


def _make_role(link: psycopg.Connection[tuple[object, ...]], role: str, password: str) -> None:
    """One that is there gets its password only: its rights are a superuser's to change, and web refuses wrong ones."""
    exists = link.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    words = "ALTER ROLE {} LOGIN PASSWORD {}" if exists else "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}"
    link.execute(sql.SQL(words).format(sql.Identifier(role), sql.Literal(password)))


def _make_database(link: psycopg.Connection[tuple[object, ...]], name: str, owner: str) -> None:
    if not link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        link.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(owner)))
