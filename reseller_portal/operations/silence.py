"""Calls that nobody answered: how many in a row, and of how many different rows for each of the upstream's operations.

One call without an answer is about that call. When none is answered it is about the upstream; when one operation of it
is never answered, for whichever row, it is about that operation. No row is to blame for either.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from reseller_portal.operations import pauses

# So many calls in a row without an answer, of whomever, and it is found out whether anything is answered at all.
IN_A_ROW = 3
# So many different rows in a row without an answer to the same operation, and the operation is what is silent.
DIFFERENT_ROWS = 3
# An operation that is silent is tried again after half the time that it has been so, within these limits.
SHORTEST_PAUSE = 2.0
LONGEST_PAUSE = 60.0

NOTE = """
    INSERT INTO operations_circuit (id, reason, advice, tries, silent) VALUES (1, '', '', 0, 1)
    ON CONFLICT (id) DO UPDATE SET silent = operations_circuit.silent + 1 RETURNING silent
"""
NOTE_ROW = """
    INSERT INTO operations_silence AS s (operation, subjects, since)
    VALUES (%(operation)s, jsonb_build_object(%(subject)s::text, %(kind)s::text), clock_timestamp())
    ON CONFLICT (operation) DO UPDATE SET subjects = CASE
        WHEN (SELECT count(*) FROM jsonb_object_keys(s.subjects)) < %(most)s THEN s.subjects || EXCLUDED.subjects
        ELSE s.subjects END
    RETURNING (SELECT count(*) FROM jsonb_object_keys(subjects)),
              EXTRACT(EPOCH FROM clock_timestamp() - since)::float,
              ARRAY(SELECT DISTINCT kind FROM jsonb_each_text(subjects) AS each(subject, kind) WHERE kind <> '')
"""
# An answer to one operation proves that the upstream is there; of the other operations it tells nothing.
ANSWERED = "UPDATE operations_circuit SET silent = 0 WHERE silent > 0"
OPERATION_ANSWERED = "DELETE FROM operations_silence WHERE operation = %s"


@dataclass(frozen=True)
class Caller:
    """Who makes a call: the row for which it is made, and its kind, if it has one."""

    subject: str
    kind: str = ""


READER = Caller("a reader")


@dataclass(frozen=True)
class Silence:
    """What stands after one more call without an answer. `kinds` of rows wait for the operation, for `seconds` now."""

    in_a_row: int
    rows: int
    seconds: float
    kinds: list[str]

    @property
    def is_of_the_operation(self) -> bool:
        return self.rows >= DIFFERENT_ROWS

    @property
    def pause(self) -> float:
        return min(max(self.seconds / 2, SHORTEST_PAUSE), LONGEST_PAUSE)


def note(operation: str, caller: Caller) -> Silence:
    """One more call of this operation of the upstream got no answer."""
    row: dict[str, Any] = {"operation": operation, "subject": caller.subject, "kind": caller.kind}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(NOTE)
        (in_a_row,) = cursor.fetchone()
        cursor.execute(NOTE_ROW, {**row, "most": DIFFERENT_ROWS})
        return Silence(in_a_row, *cursor.fetchone())


def note_answer(operation: str) -> None:
    """The upstream answered a call of this operation, whatever it said."""
    with connection.cursor() as cursor:
        cursor.execute(ANSWERED)
        cursor.execute(OPERATION_ANSWERED, [operation])


def pause(operation: str, silence: Silence, reason: str) -> float:
    """Calls of this operation wait, with the kinds that were waiting for it. For how many seconds."""
    pauses.pause(
        pauses.SILENT + operation,
        operation,
        f"No call of it is answered ({reason}). No order fails for it.",
        seconds=silence.pause,
        kinds=silence.kinds,
    )
    return silence.pause
