"""P11, the import half: a pasted list of 5,000 people until its rows are in a table, beside csv.reader and COPY."""

import csv
import io
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from django.db import connection

from accounts.tenancy import scope
from billing.models import Item
from billing.services.quotes import LineDraft
from mailboxes.building import Wish, lines_of, read
from reseller_portal.core.lists.people import read_people
from tests.benchmarks.calls import a_shop
from tests.benchmarks.goals import Finding, Samples, goal
from tests.shop import Shop
from tests.stack import Stack

PEOPLE, FEW, ROUNDS = 4999, 500, 9
HEAD = "First Name [Required],Last Name [Required],Email Address [Required],Org Unit Path [Required]"
# As the lines of a quote are, indexes included; COPY itself is not allowed on a table under row security.
TABLE = "CREATE TEMPORARY TABLE copied (LIKE billing_quoteline INCLUDING ALL) ON COMMIT DROP"
COLUMNS = (
    "customer_id", "quote_id", "position", "item", "name", "domain_name", "upstream_domain_id", "first_name",
    "last_name", "state", "problem", "price_minor", "order_at",
)  # fmt: skip


@goal("P11")
def importing(_stack: Stack) -> Iterator[Finding]:
    shop = a_shop("p11")
    text = text_of(PEOPLE)
    ours = Samples([seconds(partial(copy, shop, lambda: as_read(shop, text))) for _ in range(ROUNDS)]).p50
    plain = Samples([seconds(partial(copy, shop, lambda: as_split(text))) for _ in range(ROUNDS)]).p50
    # The rows a second of ours are at least a fifth of those of the plainest way there is.
    yield Finding("P11", "5,000 people: read as people write / csv.reader", 1000 * ours, 1000 * plain, 5, "ms")
    many, few = a_row(PEOPLE), a_row(FEW)
    yield Finding("P11", "reading one of 5,000 lines / one of 500", 1e6 * many, 1e6 * few, 1.5, "us")


def as_read(shop: Shop, text: str) -> Iterator[LineDraft]:
    return (each for each in lines_of(read(shop.customer, Wish(domains="big.com", people=text))) if each.first_name)


def as_split(text: str) -> Iterator[LineDraft]:
    rows = csv.reader(io.StringIO(text))
    next(rows)
    return (LineDraft(Item.MAILBOX, address, "big.com", "", first, last) for first, last, address, _unit in rows)


def copy(shop: Shop, lines: Callable[[], Iterable[LineDraft]]) -> None:
    number = shop.customer.pk
    with scope(number), connection.cursor() as cursor:
        cursor.execute(TABLE)
        found = list(lines())
        with cursor.copy(f"COPY copied ({', '.join(COLUMNS)}) FROM STDIN") as target:
            for place, each in enumerate(found):
                who = (each.name, each.domain_name, "", each.first_name, each.last_name)
                target.write_row((number, 1, place, str(each.item), *who, "checking", "", 0, ""))
        cursor.execute("SELECT count(*) FROM copied")
        assert cursor.fetchone() == (PEOPLE,)


def a_row(number: int) -> float:
    """Seconds of work to read one row of a list of so many."""
    reading = partial(read_people, text_of(number), most=5000)
    return min(seconds(reading, time.process_time) for _ in range(ROUNDS)) / number


def text_of(number: int) -> str:
    return "\n".join([HEAD, *(f"Lena{each},Ostrow,lena{each}.ostrow@big.com,/" for each in range(number))])


def seconds(work: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    work()
    return clock() - began
