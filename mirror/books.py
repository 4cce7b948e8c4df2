"""What must always hold: the ledger and its holds, orders and their lines, what waits, and whose things are.

Each rule is a query for what breaks it, put to the database as one aggregate: a million rows are read there and not
here. By hand in SQL, as these are joins across apps that the ORM could not say in one statement.
"""
# ruff: noqa: S608  # put together from constants of this module alone

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.tenancy import staff_scope
from mirror.models import BooksCheck
from reseller_portal.jobs.attention import COUNTED, overdue, unseen
from reseller_portal.jobs.models import Job

KEPT = timedelta(days=90)
EVERY = timedelta(hours=24)
OPEN = "('waiting', 'working')"
REFERENCE = "'order-line-' || line.id || CASE WHEN line.price_changes > 0 THEN '-' || line.price_changes ELSE '' END"


@dataclass(frozen=True)
class Rule:
    """`broken_by` selects, as `subject`, what breaks it."""

    name: str
    broken_by: str


@dataclass(frozen=True)
class Difference:
    """How many things break a rule, and one of them."""

    rule: str
    count: int
    example: str


MONEY = (
    Rule(
        "every transaction of the ledger sums to zero",
        "SELECT 'transaction ' || transaction_id AS subject FROM billing_entry"
        " GROUP BY transaction_id HAVING SUM(amount_minor) <> 0",
    ),
    Rule(
        "every balance is the sum of its entries",
        """SELECT account.kind || ' of customer ' || account.customer_id AS subject FROM billing_account AS account
        LEFT JOIN (SELECT account_id, SUM(amount_minor) AS total FROM billing_entry GROUP BY account_id) AS entries
          ON entries.account_id = account.id
        WHERE account.balance_minor <> COALESCE(entries.total, 0)""",
    ),
    Rule(
        "what is held is the sum of open holds",
        """SELECT 'customer ' || account.customer_id AS subject FROM billing_account AS account
        LEFT JOIN (
            SELECT customer_id, SUM(amount_minor) AS total FROM billing_hold WHERE state = 'open' GROUP BY customer_id
        ) AS holds ON holds.customer_id = account.customer_id
        WHERE account.kind = 'held' AND account.balance_minor <> COALESCE(holds.total, 0)""",
    ),
    Rule(
        "a hold is charged or given back, never both",
        """SELECT charged.reference AS subject FROM billing_transaction AS charged JOIN billing_transaction AS given
          ON (given.customer_id, given.reference) = (charged.customer_id, charged.reference)
        WHERE charged.kind = 'capture' AND given.kind = 'release'""",
    ),
    Rule(
        "every open line has a hold of its price",
        f"""SELECT line.name AS subject FROM billing_orderline AS line LEFT JOIN billing_hold AS hold
          ON hold.customer_id = line.customer_id AND hold.state = 'open' AND hold.reference = {REFERENCE}
        WHERE line.state IN {OPEN} AND hold.amount_minor IS DISTINCT FROM line.price_minor""",
    ),
    Rule(
        "every open hold of an order belongs to an open line",
        f"""SELECT hold.reference AS subject FROM billing_hold AS hold
        WHERE hold.state = 'open' AND hold.reference LIKE 'order-line-%%' AND NOT EXISTS (
            SELECT FROM billing_orderline AS line
            WHERE line.id = split_part(hold.reference, '-', 3)::bigint AND line.state IN {OPEN}
        )""",
    ),
    Rule(
        "what was delivered is charged, or is in the list of what is not",
        f"""SELECT line.name AS subject FROM billing_orderline AS line
        WHERE line.state = 'delivered' AND line.price_minor > 0
          AND NOT EXISTS (
            SELECT FROM billing_transaction AS moved WHERE moved.customer_id = line.customer_id
              AND moved.kind IN ('capture', 'charge') AND moved.reference = {REFERENCE}
          )
          AND NOT EXISTS (SELECT FROM billing_shortfall AS owed WHERE owed.line_id = line.id)""",
    ),
    Rule(
        "what was not delivered is not charged",
        f"""SELECT line.name AS subject FROM billing_orderline AS line JOIN billing_transaction AS moved
          ON moved.customer_id = line.customer_id AND moved.kind IN ('capture', 'charge')
          AND moved.reference = {REFERENCE}
        WHERE line.state <> 'delivered' AND NOT EXISTS (
            SELECT FROM billing_transaction AS back WHERE back.customer_id = line.customer_id
              AND back.kind = 'return' AND back.reference = {REFERENCE}
        )""",
    ),
    Rule(
        "the cost account is the sum of the lines' costs",
        """SELECT 'customer ' || account.customer_id AS subject FROM billing_account AS account
        LEFT JOIN (
            SELECT customer_id, SUM(cost_booked_minor) AS total FROM billing_orderline GROUP BY customer_id
        ) AS lines ON lines.customer_id = account.customer_id
        WHERE account.kind = 'cost' AND account.balance_minor <> COALESCE(lines.total, 0)""",
    ),
    Rule(
        "a cost that the upstream gave back is in no book",
        "SELECT name AS subject FROM billing_orderline WHERE cost_returned_at IS NOT NULL AND cost_booked_minor <> 0",
    ),
)
WAITING = (
    Rule(
        "an order has ended if, and only if, its lines have",
        f"""SELECT ordered.reference AS subject FROM billing_order AS ordered
        WHERE (ordered.state = 'working') <> EXISTS (
            SELECT FROM billing_orderline AS line WHERE line.order_id = ordered.id AND line.state IN {OPEN}
        )""",
    ),
    Rule(
        "no line of a quote is being checked without an open question",
        """SELECT quote.reference AS subject FROM billing_quoteline AS line
        JOIN billing_quote AS quote ON quote.id = line.quote_id
        WHERE line.state = 'checking' AND quote.expires_at > statement_timestamp() AND NOT EXISTS (
            SELECT FROM operations_operation AS question
            WHERE question.customer_id = line.customer_id
              AND question.kind IN ('domain.availability', 'domain.workspace')
              AND question.key IN (line.domain_name, quote.provider || ' ' || line.domain_name)
              AND question.state NOT IN ('done', 'failed', 'needs_person')
        )""",
    ),
    Rule(
        "every operation has ended, is due, is parked, or needs attention",
        """SELECT kind || ' ' || key AS subject FROM operations_operation
        WHERE due_at IS NULL AND state NOT IN ('done', 'failed', 'needs_person')
          AND NOT (state = 'waiting' AND after_id IS NOT NULL)""",
    ),
    Rule(
        "nothing is parked behind what is done",
        """SELECT parked.kind || ' ' || parked.key AS subject FROM operations_operation AS parked
        JOIN operations_operation AS first ON first.id = parked.after_id
        WHERE parked.state = 'waiting' AND parked.due_at IS NULL AND first.state = 'done'""",
    ),
    Rule(
        "an order under way has an operation that is open",
        f"""SELECT ordered.reference AS subject FROM billing_orderpart AS part
        JOIN billing_order AS ordered ON ordered.id = part.order_id
        WHERE ordered.state = 'working' AND part.price_asked_at IS NULL
          AND EXISTS (SELECT FROM billing_orderline AS line WHERE line.part_id = part.id AND line.state IN {OPEN})
          AND NOT EXISTS (
            SELECT FROM operations_operation AS open WHERE open.customer_id = part.customer_id
              AND open.kind LIKE 'order.%%' AND (open.payload ->> 'part')::bigint = part.id
              AND open.state NOT IN ('done', 'failed')
          )""",
    ),
    Rule(
        "whoever is asked about a price can answer",
        """SELECT ordered.reference AS subject FROM billing_orderpart AS part
        JOIN billing_order AS ordered ON ordered.id = part.order_id
        WHERE part.price_asked_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM billing_orderline AS line
            WHERE line.part_id = part.id AND line.state = 'waiting' AND line.asked_price_minor IS NOT NULL
        )""",
    ),
    Rule(
        "every event has ended, is due, or needs attention",
        "SELECT name || ' ' || event_id AS subject FROM webhooks_event WHERE state = 'due' AND due_at IS NULL",
    ),
    Rule(
        "every survey that runs is due",
        "SELECT 'survey ' || id AS subject FROM mirror_survey WHERE state = 'running' AND due_at IS NULL",
    ),
)
THINGS = (
    Rule(
        "no mailbox works whose line failed, unless its cost is in the books",
        """SELECT mailbox.address AS subject FROM mailboxes_mailbox AS mailbox
        JOIN billing_orderline AS line ON line.id = mailbox.line_id
        WHERE mailbox.state = 'ACTIVE' AND line.state = 'failed' AND line.cost_booked_minor = 0""",
    ),
    Rule(
        "no credential stands under a customer who does not own the mailbox",
        """SELECT mailbox.address AS subject FROM mailboxes_credential AS credential
        JOIN mailboxes_mailbox AS mailbox ON mailbox.id = credential.mailbox_id
        WHERE credential.customer_id <> mailbox.customer_id OR (mailbox.upstream_id <> '' AND EXISTS (
            SELECT FROM mailboxes_mailbox AS owned
            WHERE owned.upstream_id = mailbox.upstream_id AND owned.customer_id <> mailbox.customer_id
              AND owned.state NOT IN ('FAILED', 'REMOVED')
        ))""",
    ),
)
RULES = (*MONEY, *WAITING, *THINGS)
# Asked of every queue and of the very list that staff read, so not in SQL of its own.
SEEN = "what is overdue by an hour is in the list of staff"
NAMES = (*(rule.name for rule in RULES), SEEN)


def differences(rules: Sequence[Rule] = RULES) -> list[Difference]:
    """What does not hold at this moment, rule by rule. In a staff scope of its own."""
    with staff_scope("books: ask whether all holds"), connection.cursor() as cursor:
        found = []
        for rule in rules:
            cursor.execute(f"SELECT COUNT(*), MIN(subject) FROM ({rule.broken_by}) AS broken", [])
            count, example = cursor.fetchone()
            if count:
                found.append(Difference(rule.name, count, str(example)))
        return found + (_unseen() if rules is RULES else [])


def _unseen() -> list[Difference]:
    rows = [row for queue in Job.__subclasses__() for row in unseen(overdue(queue._default_manager.all()))[:COUNTED]]
    return [Difference(SEEN, len(rows), str(rows[0]))] if rows else []


def check() -> BooksCheck:
    """Ask, and keep the answer for staff."""
    began, found = timezone.now(), differences()
    with staff_scope("books: note what was found"):
        BooksCheck.objects.filter(checked_at__lt=began - KEPT).delete()
        return BooksCheck.objects.create(checked_at=began, differences=[asdict(each) for each in found])


def is_due() -> bool:
    """Whether a day has passed. In a staff scope."""
    return not BooksCheck.objects.filter(checked_at__gt=timezone.now() - EVERY).exists()


def newest() -> BooksCheck | None:
    """In a staff scope."""
    return BooksCheck.objects.order_by("-checked_at").first()
