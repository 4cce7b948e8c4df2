"""Fixtures of every test: the run's own cluster, entered as the run-time role."""

import os
from collections.abc import Iterator

import pytest
from django.db import connections

from tests import databases
from tests.world import World, make_world


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Replaces pytest-django's own: tests must run as the run-time role, never as an owner."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # the blocker of pytest-django
        databases.use(databases.start(), worker=worker)
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]  # the blocker of pytest-django
        connections.close_all()


@pytest.fixture
def world(db: None) -> World:
    return make_world()
