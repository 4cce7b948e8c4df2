"""What is taken away while it comes up stays away, and stops nothing else."""

import pytest

from reseller_portal.sandbox.models import Order, Step
from tests.sandbox.conftest import Api, Owner


def test_a_mailbox_removed_while_it_is_made_never_comes(api: Api) -> None:
    owner = Owner(api, api.user())
    order = api.order(owner.user, owner.domain)
    owner.wait(seconds=5.5)
    gone, stays = owner.mailboxes
    assert gone["status"] == "CREATING_PASSWORD"
    api.ok("DELETE", "/mailboxes/remove", {"mailboxId": gone["mailboxId"]}, userId=owner.user)
    owner.wait(seconds=30)
    assert [(each["mailboxId"], each["status"]) for each in owner.mailboxes] == [(stays["mailboxId"], "ACTIVE")]
    assert [each["mailboxId"] for each in api.events("mailbox.created")] == [stays["mailboxId"]]
    assert Order.objects.get(pk=order).status == "PAID"


@pytest.mark.parametrize("seconds", [3.0, 4.5, 5.5, 6.0])
def test_an_order_ends_though_all_that_it_waits_for_is_removed(api: Api, seconds: float) -> None:
    """Before the workspace opens, and at each stage of a mailbox."""
    owner = Owner(api, api.user())
    order = api.order(owner.user, owner.domain)
    owner.wait(seconds=seconds)
    for each in owner.mailboxes:
        if each["status"] != "ACTIVE":
            api.ok("DELETE", "/mailboxes/remove", {"mailboxId": each["mailboxId"]}, userId=owner.user)
    owner.wait(seconds=30)
    assert Order.objects.get(pk=order).status == "PAID"


def test_a_workspace_cancelled_while_it_is_made_never_comes(api: Api) -> None:
    owner = Owner(api, api.user())
    api.order(owner.user, owner.domain)
    owner.wait(seconds=4)
    api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    owner.wait(seconds=30)
    assert owner.mailboxes == []
    assert api.events("mailbox.created") == []


def test_a_user_deleted_before_a_package_is_handed_over_holds_up_nobody(api: Api) -> None:
    user = api.user()
    package = api.ok("GET", "/pre-warmup", serviceProvider="GOOGLE")["data"]["inventory"][0]["domain"]
    api.ok("POST", "/pre-warmup/order", {"order": [{"domain": package}], "serviceProvider": "GOOGLE"}, userId=user)
    api.ok("DELETE", "/users", userId=user)
    api.control.advance(30)
    assert not Step.objects.exists()
    assert api.ok("GET", "/wallet")["data"]["walletBalance"] == 5000


def test_an_order_whose_names_are_all_gone_fails_and_costs_nothing(api: Api) -> None:
    user = api.user()
    order = api.order(user, "all-taken.com")
    assert api.ok("GET", "/orders/status", orderId=order, userId=user)["data"]["status"] == "FAILED"
    assert api.control.movements() == []


def test_a_domain_removed_before_it_is_registered_is_not_bought(api: Api) -> None:
    user = api.user()
    api.control.behave(optional_fields=["mailboxes"])
    api.order(user, "second-thought.com", mailboxes={})
    key = api.ok("GET", "/domains/by-user", userId=user)["data"]["domains"][0]["domainId"]
    api.ok("DELETE", "/domains", {"domainIds": [key]}, userId=user)
    api.control.advance(30)
    assert api.ok("GET", "/domains/by-user", userId=user)["data"]["domains"] == []
    assert api.control.movements() == []
