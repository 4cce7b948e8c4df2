"""A limit that belongs to one kind of call: name checks, as the sister product counts them."""

import math
from datetime import timedelta

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.models import Journal

NAME_CHECKS = ("suggest_domains", "check_domain_availability")
PERIOD = timedelta(minutes=30)


class UsedUp(Exception):
    """Nothing more of this kind for so many seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__("quota used up")
        self.seconds = seconds


def refuse_too_many(operation: str) -> None:
    """Raises `UsedUp` when the name checks of the last half hour are as many as the manner allows."""
    most = clock.manners().get("name_checks", 0)
    if not most or operation not in NAME_CHECKS:
        return
    now = clock.now()
    counted = Journal.objects.filter(operation__in=NAME_CHECKS, at__gt=now - PERIOD).exclude(status=429)
    times = list(counted.order_by("-at").values_list("at", flat=True)[:most])
    if len(times) == most:
        raise UsedUp(float(math.ceil((times[-1] + PERIOD - now).total_seconds())))
