"""Fill the sandbox with very many mailboxes by COPY, to try lists and imports at scale."""

import time
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connections, transaction

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.ids import new_id
from reseller_portal.sandbox.models import Domain, Mailbox, Person, Subscription
from reseller_portal.sandbox.router import ALIAS

PER_DOMAIN = 3
PER_PERSON = 100
RECORD = (
    '{"email": "%s", "company": "Load", "firstName": "Lo", "lastName": "Ad", "country": "US", "city": "Salem", '
    '"addressLineOne": "1 Load Street", "languagePreference": "en", "postalCode": "97301", "state": "Oregon", '
    '"phoneCc": "1", "phone": "5035550100"}'
)
Row = tuple[Any, ...]


def load_mailboxes(count: int) -> float:
    """Add so many active mailboxes, three on a domain, a hundred domains to a user. Returns the seconds it took."""
    began = time.monotonic()
    run = new_id()[:6].lower()
    domains = -(-count // PER_DOMAIN)
    people = [new_id() for _ in range(-(-domains // PER_PERSON))]
    domain_ids = [new_id() for _ in range(domains)]
    subscriptions = [new_id() for _ in range(domains)]
    now = clock.now()
    times = (now, now, now + timedelta(days=365), clock.months_later(now, 1))
    with transaction.atomic(using=ALIAS):
        _copy(Person, _people(people, run, now), "id email record created_at")
        _copy(
            Domain,
            ((key, people[n // PER_PERSON], f"load{n}-{run}.com", "ACTIVE", "GOOGLE", 1299, "", False, 1, "", "[]",
              *times[1:3]) for n, key in enumerate(domain_ids)),
            "id person_id name status provider price_minor reason auto_renew years mail_goes_to nameservers "
            "registered_at expires_at",
        )  # fmt: skip
        _copy(
            Subscription,
            ((key, people[n // PER_PERSON], domain_ids[n], "ACTIVE", "GOOGLE", 300, True, now, now, times[3])
             for n, key in enumerate(subscriptions)),
            "id person_id domain_id status provider price_minor auto_renew started_at period_start period_end",
        )  # fmt: skip
        homes = list(zip(domain_ids, subscriptions, strict=True))
        _copy(Mailbox, _mailboxes(count, run, people, homes, now), MAILBOX_COLUMNS)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("ANALYZE")
    return time.monotonic() - began


MAILBOX_COLUMNS = (
    "id person_id domain_id subscription_id username email first_name last_name status is_admin password "
    "app_password authenticator picture warmup warmup_settings created_at"
)


def _people(ids: list[str], run: str, now: datetime) -> Iterator[Row]:
    for number, key in enumerate(ids):
        email = f"load{number}-{run}@load.example"
        yield (key, email, RECORD % email, now)


def _mailboxes(count: int, run: str, people: list[str], homes: list[tuple[str, str]], now: datetime) -> Iterator[Row]:
    """Asks the database nothing: the connection is busy with the COPY that these rows feed."""
    for number in range(count):
        home, place = divmod(number, PER_DOMAIN)
        name = f"box{place}"
        yield (
            new_id(), people[home // PER_PERSON], *homes[home], name,
            f"{name}@load{home}-{run}.com", "Box", str(place), "ACTIVE", place == 0, f"load-{run}-{number}",
            "load load load load", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "", "", "{}", now,
        )  # fmt: skip


def _copy(model: Any, rows: Iterable[Row], columns: str) -> None:
    names = ", ".join(columns.split())
    with connections[ALIAS].cursor() as cursor:
        statement = f"COPY {model._meta.db_table} ({names}) FROM STDIN"
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
