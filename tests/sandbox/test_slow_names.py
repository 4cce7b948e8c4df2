"""Provisioning of forty minutes, as is reported now and then (contract, section 3): it comes in the end."""

from reseller_portal.sandbox.models import Mailbox
from tests.sandbox.conftest import Api


def states(api: Api) -> set[str]:
    return set(Mailbox.objects.values_list("status", flat=True))


def test_the_mailboxes_of_a_slow_name_take_their_time_and_come(api: Api) -> None:
    api.order(api.user(), "slowboat.com", names=("maya",))
    api.control.advance(60)
    assert states(api) == {"IN_PROGRESS"}
    api.control.advance(25 * 60)
    assert states(api) == {"CREATING_PASSWORD"}
    api.control.advance(20 * 60)
    assert states(api) == {"ACTIVE"}


def test_a_fate_makes_any_name_slow(api: Api) -> None:
    api.control.reserve("quick.com", "slow")
    api.order(api.user(), "quick.com", names=("maya",))
    api.control.advance(60)
    assert states(api) == {"IN_PROGRESS"}
