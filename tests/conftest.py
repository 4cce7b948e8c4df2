"""Fixtures of every test: the run's own cluster, entered as the run-time role, and the sandbox on the wire."""

import os
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connections
from kombu.transport.memory import Channel
from pytest_django import DjangoDbBlocker

from accounts import brands
from reseller_portal.sandbox.control import Control
from tests import databases
from tests.shop import Shop
from tests.world import World, make_world

# Fixtures that touch the sandbox's own database; pytest-django must let their tests reach it.
NEEDS_SANDBOX = {"sandbox", "shop", "portal"}
# Rows of migrations: everything else a committing test has written goes.
KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission", "auth_group", "auth_group_permissions")


def pytest_configure() -> None:
    databases.end_in_order()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Nothing stays behind, also where the workers were ended before they could tidy up."""
    databases.leave()
    if not hasattr(config, "workerinput"):
        databases.leave_nothing()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if NEEDS_SANDBOX & set(getattr(item, "fixturenames", ())) and not item.get_closest_marker("django_db"):
            item.add_marker(pytest.mark.django_db(databases=["default", "sandbox"]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Quiet runs have no head, in which the seed of the order would stand."""
    seed = config.getoption("randomly_seed", None)
    if isinstance(seed, int):
        terminalreporter.write_line(f"This order again: --randomly-seed={seed}")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's own: tests must run as the run-time role, never as an owner."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # the blocker of pytest-django
        databases.use(databases.start(), worker=worker)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # the blocker of pytest-django
        connections.close_all()
        databases.leave()


@pytest.fixture(autouse=True)
def nothing_left_behind() -> None:
    """Limits counted by one test, and wake-ups that nobody took, are none of the next one's."""
    cache.clear()
    brands.forget()
    Channel.queues.clear()


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Shop]:
    """A shop whose rows are committed, for tests with connections of their own. Everything is cleared afterwards."""
    with django_db_blocker.unblock():
        try:
            control = Control()
            control.reset()
            control.freeze()
            yield Shop(make_world(), control)
        finally:
            databases.clear(keep=KEPT_TABLES)
            Control().reset()
            connections.close_all()


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def sandbox(db: None) -> Control:
    """A fresh sandbox whose clock stands still until it is moved."""
    control = Control()
    control.reset()
    control.freeze()
    return control


@pytest.fixture
def shop(world: World, sandbox: Control) -> Shop:
    return Shop(world, sandbox)
