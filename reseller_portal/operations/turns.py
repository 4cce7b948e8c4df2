"""Whose turn the next call is: weighted turns between the classes, and between the customers inside each, in a circle.

People wait for quotes and purchases, so there those who want few calls come before those who want many: a long list
notices a few calls more not at all, and whoever buys one thing waits for hardly more than its own calls.

Each question of this module reads a few heads of an index, however many rows are due.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from reseller_portal.operations.models import Operation

Priority = Operation.Priority
QUOTE, PURCHASE, SEARCH, EDIT, SYNC = Priority.QUOTE, Priority.PURCHASE, Priority.SEARCH, Priority.EDIT, Priority.SYNC
# What the portal reads by itself, page by page: no operations, but they have their turn among them.
BACKGROUND = -1
# One round of turns. Every class has one at least, so nothing that is due waits for ever.
ROUND = (
    QUOTE, PURCHASE, SEARCH, QUOTE, PURCHASE, EDIT, QUOTE, PURCHASE, SYNC,
    QUOTE, PURCHASE, SEARCH, QUOTE, PURCHASE, EDIT, QUOTE, PURCHASE, BACKGROUND,
)  # fmt: skip
# A customer with so few due rows of one of these classes goes before those with more.
FEW = 4
FEW_FIRST = (QUOTE, PURCHASE)
# But not on these of nine calls: two turns of quotes out of three, and one of purchases.
NINE, MANY_TOO = 9, (0, 4, 6)
# So many customers in a row are looked at for one with few.
FURTHEST_FEW = 16
# Who has the turn of a class in which nothing is due.
URGENCY = (PURCHASE, QUOTE, SEARCH, EDIT, SYNC)
# So many customers in a row are looked at who have something, but nothing that is due.
FURTHEST = 64

# The row that is due first of each class and kind: one step through the index for each pair.
HEADS = """
    WITH RECURSIVE head(priority, kind, due_at) AS (
        (SELECT priority, kind, due_at FROM operations_operation WHERE due_at IS NOT NULL
         ORDER BY priority, kind, due_at LIMIT 1)
        UNION ALL
        SELECT following.priority, following.kind, following.due_at FROM head CROSS JOIN LATERAL (
            SELECT o.priority, o.kind, o.due_at FROM operations_operation o
            WHERE o.due_at IS NOT NULL AND (o.priority, o.kind) > (head.priority, head.kind)
            ORDER BY o.priority, o.kind, o.due_at LIMIT 1
        ) AS following
    )
    SELECT priority, kind, due_at, due_at <= statement_timestamp() FROM head
"""
# From one customer to the next who has anything of the class, until one has something due of these kinds, and not more
# than `most` where that is said.
NEXT_OF_CLASS = """
    WITH RECURSIVE walk(customer_id, step) AS (
        (SELECT o.customer_id, 1 FROM operations_operation o
         WHERE o.due_at IS NOT NULL AND o.priority = %(priority)s AND o.customer_id > %(after)s
         ORDER BY o.customer_id LIMIT 1)
        UNION ALL
        SELECT following.customer_id, walk.step + 1 FROM walk CROSS JOIN LATERAL (
            SELECT o.customer_id FROM operations_operation o
            WHERE o.due_at IS NOT NULL AND o.priority = %(priority)s AND o.customer_id > walk.customer_id
            ORDER BY o.customer_id LIMIT 1
        ) AS following
        WHERE walk.step < %(furthest)s
    )
    SELECT head.id, walk.customer_id FROM walk CROSS JOIN LATERAL (
        SELECT first.id FROM unnest(%(kinds)s::text[]) AS wanted(kind) CROSS JOIN LATERAL (
            SELECT o.id, o.due_at FROM operations_operation o
            WHERE o.due_at IS NOT NULL AND o.priority = %(priority)s AND o.customer_id = walk.customer_id
              AND o.kind = wanted.kind AND o.due_at <= statement_timestamp()
            ORDER BY o.due_at LIMIT 1
        ) AS first
        ORDER BY first.due_at, first.id LIMIT 1
    ) AS head
    WHERE %(most)s::int IS NULL OR %(most)s >= (SELECT count(*) FROM (
        SELECT FROM unnest(%(kinds)s::text[]) AS wanted(kind) CROSS JOIN LATERAL (
            SELECT FROM operations_operation o
            WHERE o.due_at IS NOT NULL AND o.priority = %(priority)s AND o.customer_id = walk.customer_id
              AND o.kind = wanted.kind AND o.due_at <= statement_timestamp()
            LIMIT %(most)s + 1
        ) AS each LIMIT %(most)s + 1
    ) AS counted)
    LIMIT 1
"""
# Where too many in the circle have nothing due: simply what has waited longest.
OLDEST_OF_CLASS = """
    SELECT first.id, first.customer_id FROM unnest(%(kinds)s::text[]) AS wanted(kind) CROSS JOIN LATERAL (
        SELECT o.id, o.customer_id, o.due_at FROM operations_operation o
        WHERE o.due_at IS NOT NULL AND o.priority = %(priority)s AND o.kind = wanted.kind
          AND o.due_at <= statement_timestamp()
        ORDER BY o.due_at LIMIT 1
    ) AS first
    ORDER BY first.due_at, first.id LIMIT 1
"""


@dataclass(frozen=True)
class Head:
    """What comes first of one class and kind."""

    priority: int
    kind: str
    due_at: datetime
    is_due: bool


def heads() -> list[Head]:
    """The first row of each class and kind that waits for a time. In a staff scope."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS)
        return [Head(*row) for row in cursor.fetchall()]


def class_of_turn(number: int, due: Collection[int]) -> int | None:
    """Which of the classes in which something is due gets call `number`; None when there is none."""
    mine = ROUND[number % len(ROUND)]
    return mine if mine in due else next((each for each in URGENCY if each in due), None)


def classes_of_few(number: int, due: Collection[int]) -> list[int]:
    """The classes in which those who want few calls may have call `number`, the one whose turn it is first.

    Not a turn of another class that has need of it, and not every turn, so that who wants many goes on too.
    """
    mine = class_of_turn(number, due)
    is_needed_by_others = ROUND[number % len(ROUND)] == mine and mine not in FEW_FIRST
    if is_needed_by_others or number % NINE in MANY_TOO:
        return []
    return sorted((each for each in FEW_FIRST if each in due), key=lambda each: each != mine)


def is_turn_of_the_background(number: int) -> bool:
    return ROUND[number % len(ROUND)] == BACKGROUND


def next_of_class(priority: int, kinds: Collection[str], *, after: int) -> tuple[int, int] | None:
    """(operation, customer): what is due first of the customer who follows `after` in the circle. In a staff scope."""
    asked = {"priority": priority, "kinds": list(kinds), "furthest": FURTHEST, "most": None}
    return (
        _first(NEXT_OF_CLASS, asked, after)
        or (after and _first(NEXT_OF_CLASS, asked, 0))
        or _first(OLDEST_OF_CLASS, asked, 0)
        or None
    )


def next_of_few(priority: int, kinds: Collection[str], *, after: int) -> tuple[int, int] | None:
    """The same among the customers who have `FEW` due rows of the class at most."""
    asked = {"priority": priority, "kinds": list(kinds), "furthest": FURTHEST_FEW, "most": FEW}
    return _first(NEXT_OF_CLASS, asked, after) or (after and _first(NEXT_OF_CLASS, asked, 0)) or None


def _first(statement: str, asked: dict[str, Any], after: int) -> tuple[int, int] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {**asked, "after": after})
        row = cursor.fetchone()
    return (int(row[0]), int(row[1])) if row else None
