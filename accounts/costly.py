"""Posts that cost much: so many of one customer at once, and so many a minute, so that the others are served."""

import json
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import render

from accounts.door import CustomerRequest
from reseller_portal.core.limits import count_of_minute
from reseller_portal.core.parts import is_part

# The first number of the advisory locks, one for each place; the second is the customer.
FIRST_PLACE, FIRST_LOOK, FIRST_PAGE = 7_742_000, 7_743_000, 7_744_000
AT_ONCE = "Other lists of your company are being worked on at this moment. Send this one again in a few seconds."
LONG_PAGES = "Other long pages of your company are being put together at this moment. Try again in a few seconds."
A_MINUTE = "Your company sent many of these within a minute. Wait a minute, then send this one again."
NOT_KEPT = {"csrfmiddlewaretoken"}


def costly(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Under `customer_view`, whose transaction holds the place: it is free again however the request ends.

    Beyond the limit 429, with all that was typed on a page that can send it again; where htmx asked, the page stays.
    """

    return _limited(view, _refuses_costly)


def few_at_once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """For posts that are sent while somebody types: as `costly`, in places of their own and as often as one likes."""

    return _limited(view, _refuses_look)


def turned_away(request: CustomerRequest) -> HttpResponse | None:
    """For a page that is as much work to show as a costly post: None while there is a place for it, in places of their
    own, which the request's transaction holds.
    """
    return None if _takes_a_place(request.actor.customer.pk, FIRST_PAGE) else _too_many(request, LONG_PAGES)


def _limited(
    view: Callable[..., HttpResponse], refuses: Callable[[CustomerRequest, str], str]
) -> Callable[..., HttpResponse]:
    @wraps(view)
    def limited(request: CustomerRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.method == "POST" and (reason := refuses(request, view.__name__)):
            return _too_many(request, reason)
        return view(request, *args, **kwargs)

    return limited


def _refuses_look(request: CustomerRequest, _name: str) -> str:
    return "" if _takes_a_place(request.actor.customer.pk, FIRST_LOOK) else AT_ONCE


def _refuses_costly(request: CustomerRequest, name: str) -> str:
    customer = request.actor.customer
    if not _takes_a_place(customer.pk, FIRST_PLACE):
        return AT_ONCE
    if count_of_minute(f"{name}:{customer.pk}") > settings.COSTLY_POSTS_PER_MINUTE:
        return A_MINUTE
    return ""


def _takes_a_place(customer: int, first: int) -> bool:
    with connection.cursor() as cursor:
        for place in range(settings.COSTLY_POSTS_AT_ONCE):
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s::int)", [first + place, customer % 2**31])
            if cursor.fetchone()[0]:
                return True
    return False


def _too_many(request: CustomerRequest, reason: str) -> HttpResponse:
    headers = {"Retry-After": "10"}
    if is_part(request):
        headers["HX-Trigger"] = json.dumps({"toast": [{"text": reason, "state": "warning"}]})
        return HttpResponse(status=429, headers=headers)
    typed = [(key, value) for key, values in request.POST.lists() if key not in NOT_KEPT for value in values]
    context = {
        "reason": reason,
        "typed": typed,
        "files": [getattr(each, "name", "") for each in request.FILES.values()],
    }
    answer = render(request, "errors/too_many.html", context, status=429)
    answer["Retry-After"] = headers["Retry-After"]
    return answer
