"""What the processes are told: the embedded parts, replaced one by one by what the environment names."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reseller_portal.supervisor.refusals import Refusal, check_urls, read_port

SANDBOX_KEY = "sandbox-key"
# Fewer arenas and an early return of freed memory: a portal at rest should weigh little.
LEAN = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "131072", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True)
class Plan:
    """What this run consists of. An address that is set replaces the embedded part."""

    root: Path
    data: Path
    port: int
    sandbox_port: int
    outside: Mapping[str, str]

    @property
    def has_database(self) -> bool:
        return not self.outside.get("DATABASE_URL")

    @property
    def has_broker(self) -> bool:
        return not self.outside.get("CELERY_BROKER_URL")

    @property
    def has_sandbox(self) -> bool:
        return not self.outside.get("UPSTREAM_URL")

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    @property
    def portal_address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"


def make_plan(root: Path, outside: Mapping[str, str]) -> Plan:
    """Read the environment. Raises `Refusal` with one line for the first thing that is wrong."""
    # An empty variable is one that is not set.
    named = {key: value for key, value in outside.items() if value.strip()}
    check_urls(named)
    data = Path(named.get("PORTAL_DATA") or root / ".data")
    plan = Plan(
        root=root,
        data=(data if data.is_absolute() else root / data).resolve(),
        port=read_port(named, "PORT", 8000),
        sandbox_port=read_port(named, "SANDBOX_PORT", 8001),
        outside=named,
    )
    if plan.has_sandbox and plan.port == plan.sandbox_port:
        raise Refusal(f"PORT and SANDBOX_PORT are both {plan.port}; the sandbox needs one of its own.")
    return plan


def portal_environment(
    plan: Plan, keys: Mapping[str, str], *, app_url: str, owner_url: str, broker: str, cache: str
) -> dict[str, str]:
    """For web, worker, beat and commands. Whatever the person set stays, but for the embedded parts' own addresses."""
    defaults = {
        "DJANGO_SETTINGS_MODULE": "reseller_portal.settings.dev",
        "SECRET_KEY": keys["SECRET_KEY"],
        "FIELD_KEYS": keys["FIELD_KEYS"],
        "CACHE_URL": cache,
    }
    fixed = {
        "DATABASE_URL": app_url,
        "DATABASE_OWNER_URL": owner_url,
        "CELERY_BROKER_URL": broker,
        "PORTAL_DATA": str(plan.data),
        "PORT": str(plan.port),
        "SANDBOX_PORT": str(plan.sandbox_port),
    }
    if plan.has_sandbox:
        defaults |= {"UPSTREAM_SILENCE_SECONDS": "60"}
        fixed |= {
            "UPSTREAM_URL": f"{plan.sandbox_address}/api/v1/integration",
            "UPSTREAM_KEY": SANDBOX_KEY,
            "UPSTREAM_IS_SANDBOX": "true",
            "WEBHOOK_SECRETS": SANDBOX_KEY,
        }
    return {**LEAN, **defaults, **plan.outside, **fixed, **without_proxy_for_loopback(plan.outside)}


def of_services(environment: Mapping[str, str]) -> dict[str, str]:
    """Web, worker and beat serve as the run-time role: the owner's address is for commands alone."""
    return {key: value for key, value in environment.items() if key != "DATABASE_OWNER_URL"}


def without_proxy_for_loopback(outside: Mapping[str, str]) -> dict[str, str]:
    """The embedded parts talk to each other, whatever proxy leads outside."""
    found = outside.get("no_proxy") or outside.get("NO_PROXY") or ""
    names = ",".join(dict.fromkeys([*filter(None, found.split(",")), "127.0.0.1", "localhost"]))
    return {"no_proxy": names, "NO_PROXY": names}


def sandbox_environment(plan: Plan, database_url: str, *, is_alone: bool = False) -> dict[str, str]:
    """Beside a portal its events go there; alone they go where SANDBOX_WEBHOOK_URL says, or wait to be told."""
    beside = f"{plan.portal_address}/webhooks/upstream/"
    return {
        **LEAN,
        **{key: value for key, value in plan.outside.items() if key in {"PATH", "HOME", "LANG", "SANDBOX_SPEED"}},
        "SANDBOX_DATABASE_URL": database_url,
        "SANDBOX_KEY": SANDBOX_KEY,
        "SANDBOX_WEBHOOK_URL": plan.outside.get("SANDBOX_WEBHOOK_URL", "") if is_alone else beside,
    }
