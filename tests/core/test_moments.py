"""Moments come out of the database as they went in."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, connection

from reseller_portal.core.moments import UtcLoader

PARTS = ["", ".5", ".76429", ".764292"]
DAYS = ["0001-01-01", "1969-12-31", "2026-02-28", "9999-12-31"]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("part", PARTS)
def test_a_moment_is_read_to_the_microsecond(db: None, day: str, part: str) -> None:
    written = f"{day} 23:59:59{part}+00"
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        read = cursor.fetchone()[0]
    assert read == datetime.strptime(f"{day} 23:59:59{part or '.0'}", "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=UTC)
    assert read.utcoffset().total_seconds() == 0


def test_each_connection_reads_so(db: None) -> None:
    connection.ensure_connection()
    assert connection.connection.adapters.get_loader(1184, 0) is UtcLoader


def test_what_no_calendar_holds_is_an_error_and_no_other_day(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT '0044-03-15 BC'::timestamptz")
        with pytest.raises(DataError, match="before year 1"):
            cursor.fetchone()


def test_a_moment_that_is_unknown_stays_unknown(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT NULL::timestamptz")
        assert cursor.fetchone() == (None,)
