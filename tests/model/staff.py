"""What members of staff do in the browser with whatever stands in their list."""

import re

from django.test import Client

from accounts.tenancy import staff_scope
from billing.models import Order
from reseller_portal.jobs.attention import IS_LATE, NEEDS, Case, find_cases
from reseller_portal.operations.models import Circuit

REASON = {"reason": "Seen in the panel"}
BUTTON = re.compile(r'decide/(\w+)/"')
# Which buttons end a thing, whatever it is; the others have it tried again.
ENDS = ("failed", "away", "done")


def cases() -> list[Case]:
    """What nobody but a person can end, and what is late. An outage ends by itself."""
    with staff_scope("test: the list of staff"):
        found = [each for each in find_cases(1000) if each.how in {NEEDS, IS_LATE}]
        return [each for each in found if not isinstance(each.subject, Circuit)]


def buttons(browser: Client, url: str) -> list[str]:
    answer = browser.get(url)
    assert answer.status_code == 200, url
    return sorted(set(BUTTON.findall(answer.content.decode())))


def press(browser: Client, url: str, verb: str) -> None:
    """Whatever the answer is, it is a page: done, or why not."""
    answer = browser.post(url.removesuffix("change/") + f"decide/{verb}/", REASON, follow=True)
    assert answer.status_code == 200, (url, verb, answer.status_code)


def page_of(order: Order) -> str:
    return f"/admin/billing/order/{order.pk}/change/"
