"""Any page of a very long list, and its exact length, without counting: tallies tell where a page begins."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Left
from django.db.utils import IntegrityError, OperationalError

from reseller_portal.sandbox.models import Mailbox, MailboxTally, Piece, SubscriptionTally
from reseller_portal.sandbox.router import ALIAS

# A piece in more addresses than these is worth remembering; so many pieces are.
VERY_MANY = 2_000
MOST_PIECES = 20
# (bucket, how many), in the order of ids.
Counts = list[tuple[str, int]]


def counts_of_mailboxes(rows: QuerySet[Mailbox], piece: str) -> Counts:
    """Of the living mailboxes in `rows`, which hold `piece` in their address."""
    if not piece or Piece.objects.filter(text=piece).exists():
        return list(MailboxTally.objects.filter(piece=piece).order_by("bucket").values_list("bucket", "amount"))
    is_in_very_many = rows.order_by()[VERY_MANY : VERY_MANY + 1].exists()
    return (_remembered(rows, piece) if is_in_very_many else None) or _counted(rows)


def counts_of_subscriptions(status: str) -> Counts:
    """Of one status, or of all."""
    rows = SubscriptionTally.objects.filter(**({"status": status} if status else {}))
    return list(rows.values("bucket").annotate(all=Sum("amount")).order_by("bucket").values_list("bucket", "all"))


def keys_of_page(rows: QuerySet[Any], counts: Counts, *, page: int, limit: int) -> tuple[list[str], int]:
    """(the ids on that page, how many there are in all); `rows` are ordered by id."""
    skipped, total = (page - 1) * limit, sum(amount for _bucket, amount in counts)
    for bucket, amount in counts:
        if skipped < amount:
            found = rows.filter(pk__gte=bucket).values_list("pk", flat=True)
            return list(found[skipped : skipped + limit]), total
        skipped -= amount
    return [], total


def forget() -> None:
    """Nothing is there any more, nor was anything searched."""
    MailboxTally.objects.all().delete()
    SubscriptionTally.objects.all().delete()
    Piece.objects.exclude(text="").delete()


def _counted(rows: QuerySet[Mailbox]) -> Counts:
    found = rows.order_by().annotate(bucket=Left("id", 2)).values("bucket").annotate(all=Count("pk"))
    return list(found.order_by("bucket").values_list("bucket", "all"))


def _remembered(rows: QuerySet[Mailbox], piece: str) -> Counts | None:
    """Count while nobody writes, and let the triggers keep it. None when somebody does."""
    try:
        with transaction.atomic(using=ALIAS):
            with transaction.get_connection(ALIAS).cursor() as cursor:
                cursor.execute("LOCK TABLE sandbox_mailbox IN SHARE MODE NOWAIT")
            Piece.objects.create(text=piece)
            counts = _counted(rows)
            MailboxTally.objects.bulk_create(MailboxTally(piece=piece, bucket=b, amount=n) for b, n in counts)
            _forget(Piece.objects.exclude(text="").order_by("-pk")[MOST_PIECES:])
            return counts
    except (OperationalError, IntegrityError):
        return None


def _forget(pieces: Iterable[Piece]) -> None:
    old = [each.text for each in pieces]
    MailboxTally.objects.filter(piece__in=old).delete()
    Piece.objects.filter(text__in=old).delete()
