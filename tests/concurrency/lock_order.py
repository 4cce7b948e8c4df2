"""Which rows each transaction locks, and after which others: read from the database after each statement that locks."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection

LOCKS = re.compile(r'^(?:UPDATE|DELETE FROM) "?(\w+)"?|FOR (?:NO KEY )?UPDATE(?: OF (.+?))?(?: SKIP LOCKED)?\s*$', re.S)
FROM = re.compile(r'FROM "?(\w+)"?')
# By the kind of an operation, as many things stand in that table.
CLASS = {"operations_operation": "'operation ' || kind"}
OF_US = ("operations_", "billing_", "mailboxes_", "domains_")
# Of what this transaction has written. Who only locked a row leaves no sure trace in it, so those are read from the
# answer of the statement that locks them.
WRITTEN = "pg_xact_status(xmin::text::xid8) = 'in progress'"
ROWS = "SELECT id, {name}, pg_current_xact_id_if_assigned()::text FROM {table} WHERE {which}"


class LockOrder:
    """Of all transactions together: `before` holds, for each kind of row, the kinds that were locked before it."""

    def __init__(self) -> None:
        self.before: dict[str, set[str]] = {}
        self.backwards: set[str] = set()
        self._transaction = ""
        self._is_watching = True
        self._held: dict[tuple[str, int], str] = {}
        self._made: set[tuple[str, int]] = set()

    def against(self, order: Sequence[str]) -> set[tuple[str, str]]:
        """Pairs that were locked the other way round: (first, second). Unknown kinds of rows stand behind all."""
        rank = {name: number for number, name in enumerate(order)}
        return {
            (earlier, later)
            for later, all_before in self.before.items()
            for earlier in all_before
            if rank.get(earlier, len(rank)) > rank.get(later, len(rank))
        }

    @contextmanager
    def recorded(self) -> Iterator[None]:
        with connection.execute_wrapper(self._watch):
            yield

    def left_out(self, work: Callable[..., None]) -> Callable[..., None]:
        """The same, unseen."""

        def unseen(*arguments: Any) -> None:
            self._is_watching = False
            try:
                work(*arguments)
            finally:
                self._is_watching = True

        return unseen

    def _watch(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if connection.in_atomic_block and self._is_watching:
            if sql.startswith("INSERT INTO"):
                self._note(_made_in(sql), WRITTEN, is_made=True, waits=False)
            elif found := LOCKS.search(sql):
                which = WRITTEN if found[1] else f"id = ANY(ARRAY{_ids_in(context['cursor'].cursor)}::bigint[])"
                self._note(_table_of(sql, found), which, is_made=False, waits="SKIP LOCKED" not in sql)
        return result

    def _note(self, table: str, which: str, *, is_made: bool, waits: bool) -> None:
        if not table.startswith(OF_US) or table == "billing_hold":  # held by whoever has the accounts
            return
        rows = self._read(table, which)
        new = [(number, name) for number, name in rows if (table, number) not in self._held]
        for number, name in sorted(new):
            self._held[table, number] = name
            if is_made:
                self._made.add((table, number))
        if waits and new:
            self._compare(table, new)

    def _compare(self, table: str, new: list[tuple[int, str]]) -> None:
        fresh = {(table, number) for number, _ in new}
        for number, name in new:
            earlier = {key: kind for key, kind in self._held.items() if key not in fresh | self._made}
            self.before.setdefault(name, set()).update(set(earlier.values()) - {name})
            if any(kind == name and key[1] > number for key, kind in earlier.items()):
                self.backwards.add(name)

    def _read(self, table: str, which: str) -> list[tuple[int, str]]:
        """Beside Django, so that the question is not recorded itself."""
        query = ROWS.format(table=table, name=CLASS.get(table, f"'{table}'"), which=which)
        rows = connection.connection.execute(query).fetchall()
        transaction = rows[0][2] if rows else self._transaction
        if transaction != self._transaction:
            self._transaction, self._held, self._made = transaction, {}, set()
        return [(number, name) for number, name, _ in rows]


def _ids_in(cursor: Any) -> list[int]:
    """The keys of the rows that a statement answered with, which whoever asked still reads."""
    if not cursor.rowcount or cursor.description is None or cursor.description[0].name not in {"id", "pk"}:
        return []
    ids = [row[0] for row in cursor.fetchall()]
    cursor.scroll(0, mode="absolute")
    return ids


def _made_in(sql: str) -> str:
    found = re.match(r'INSERT INTO "?(\w+)"?', sql)
    return found[1] if found else ""


def _table_of(sql: str, found: re.Match[str]) -> str:
    if found[1]:
        return found[1]
    if found[2] and found[2].strip().startswith('"'):
        return found[2].split(",")[0].strip().strip('"')
    table = FROM.search(sql)
    return table[1] if table else ""
