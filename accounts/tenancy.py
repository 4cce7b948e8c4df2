"""Scopes: which customer's rows the database shows, for how long, and why.

A scope is one transaction with `app.*` settings that the row-security policies read. Nothing set means no rows.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import connection, transaction

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scope:
    """What the policies are told. `customer_id` 0 and `user_id` 0 mean nobody."""

    customer_id: int = 0
    user_id: int = 0
    staff: bool = False


NOBODY = Scope()
_current: ContextVar[Scope] = ContextVar("tenancy_scope", default=NOBODY)


def current_scope() -> Scope:
    return _current.get()


@contextmanager
def scope(customer_id: int) -> Iterator[None]:
    """Show one customer's rows inside one transaction. A scope inside a scope replaces it until it ends."""
    with _within(replace(current_scope(), customer_id=customer_id, staff=False)):
        yield


@contextmanager
def user_scope(user_id: int) -> Iterator[None]:
    """Show the memberships of one person, and the customers they belong to."""
    with _within(replace(current_scope(), user_id=user_id)):
        yield


@contextmanager
def narrowed_to(customer_id: int) -> Iterator[None]:
    """From a person's scope into that of one of their companies, in the same transaction.

    Every page of a customer passes here, and a scope in a scope would cost it a savepoint and two more questions. The
    database is not told of the end: let the outer block end with this one.
    """
    with _told(Scope(customer_id=customer_id)):
        yield


@contextmanager
def staff_scope(reason: str) -> Iterator[None]:
    """Show every customer's rows, for staff pages and for the engine. The reason is for the log."""
    logger.debug("staff scope: %s", reason)
    with _within(replace(current_scope(), staff=True)):
        yield


@contextmanager
def widened(reason: str) -> Iterator[None]:
    """`staff_scope` for a moment within another scope, without a savepoint: an error in it ends the outer one too."""
    logger.debug("staff scope: %s", reason)
    with _within(replace(current_scope(), staff=True), savepoint=False):
        yield


@contextmanager
def _within(wanted: Scope, *, savepoint: bool = True) -> Iterator[None]:
    before, is_inner = current_scope(), connection.in_atomic_block
    with transaction.atomic(savepoint=savepoint):
        with _told(wanted):
            yield
        # SET LOCAL outlives a released savepoint, so a nested scope puts the outer one back itself. After an error
        # the rollback does it, and at the end of the outermost one the commit.
        if is_inner and not connection.needs_rollback:
            _tell_database(before)


@contextmanager
def _told(wanted: Scope) -> Iterator[None]:
    """Let the database and `current_scope` know. The database is not told of the end."""
    _tell_database(wanted)
    token = _current.set(wanted)
    try:
        yield
    finally:
        _current.reset(token)


def _tell_database(wanted: Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.customer_id', %s, true), set_config('app.user_id', %s, true),"
            " set_config('app.staff', %s, true)",
            [
                str(wanted.customer_id or ""),
                str(wanted.user_id or ""),
                "on" if wanted.staff else "",
            ],
        )
