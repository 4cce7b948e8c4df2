"""The forty odd ways of the upstream, second half: each test is named after its quirk."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from reseller_portal.sandbox.models import Event
from tests.sandbox.conftest import Api, Owner

LOGIN = {"email": "ops@harborlight.example", "password": "good-enough"}


def first(owner: Owner) -> dict[str, Any]:
    return next(each for each in owner.mailboxes if each["username"] == "maya")


def whole_events(name: str) -> list[dict[str, Any]]:
    return [json.loads(each.body) for each in Event.objects.filter(name=name).order_by("pk")]


def test_quirk_21_mailboxes_single_returns_many(owner: Owner) -> None:
    assert len(owner.mailboxes) == 2


def test_quirk_22_removal_reads_a_body_and_other_deletes_read_the_query(owner: Owner) -> None:
    key = first(owner)["mailboxId"]
    assert owner.api.call("DELETE", "/mailboxes/remove", userId=owner.user, mailboxId=key).status_code == 400
    answer = owner.api.ok("DELETE", "/mailboxes/remove", {"mailboxId": key}, userId=owner.user)
    assert answer == {"status": 200, "message": "Mailbox will be removed shortly"}
    assert owner.api.call("GET", "/mailboxes/mailbox", mailboxId=key).status_code == 404


def test_quirk_23_nothing_is_removed_in_the_last_day_and_the_last_one_takes_the_workspace(owner: Owner) -> None:
    end = datetime.fromisoformat(owner.subscription["periodEnd"])
    owner.api.control.advance(end - timedelta(hours=23) - owner.api.control.now())
    late = owner.api.call("DELETE", "/mailboxes/remove", {"mailboxId": first(owner)["mailboxId"]}, userId=owner.user)
    assert late.status_code == 422
    owner.wait(days=2)
    Event.objects.all().delete()
    for mailbox in owner.mailboxes:
        owner.api.ok("DELETE", "/mailboxes/remove", {"mailboxId": mailbox["mailboxId"]}, userId=owner.user)
    assert owner.subscription["subscriptionStatus"] == "CANCELLED"
    assert not Event.objects.exists()


def test_quirk_24_cancelling_is_at_once_and_a_name_hits_its_owner(owner: Owner) -> None:
    answer = owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    assert answer["message"] == "Subscription will be cancelled successfully"
    assert owner.mailboxes == []
    (event,) = owner.api.events("subscription.cancelled")
    assert (event["userId"], event["quantity"]) == (owner.user, 2)


def test_quirk_25_renewing_is_accepted_with_an_empty_wallet(owner: Owner) -> None:
    owner.api.control.set_wallet(0)
    keys = {"subscriptionIds": [owner.subscription["subscriptionId"]]}
    assert owner.api.call("POST", "/subscriptions/renew-subscriptions", keys).status_code == 200
    owner.wait(seconds=6)
    assert owner.api.events("subscription.renewal.failed")[0]["reason"] == "Insufficient wallet balance"


def test_quirk_26_switching_auto_renew_off_sends_no_event(owner: Owner) -> None:
    off = {"subscriptionId": owner.subscription["subscriptionId"], "autoRenew": False}
    owner.api.ok("POST", "/subscriptions/toggle-autorenewal", off)
    assert not Event.objects.exists()


def test_quirk_27_recreation_has_two_paths_a_new_id_and_minutes_of_expiry(owner: Owner) -> None:
    for path in ("/component/subscriptions/recreate", "/subscriptions/recreate"):
        old = owner.subscription["subscriptionId"]
        owner.api.ok("POST", path, {"subscriptionIds": [old]})
        assert owner.subscription["subscriptionId"] != old
        assert owner.api.call("POST", "/subscriptions/cancel", {"subscriptionId": old}).status_code == 404
        assert {each["status"] for each in owner.mailboxes} == {"EXPIRED"}
        owner.wait(minutes=4)
        assert {each["status"] for each in owner.mailboxes} == {"ACTIVE"}


def test_quirk_28_a_bulk_update_mixes_success_and_failure(owner: Owner) -> None:
    key = first(owner)["mailboxId"]
    wish = {"mailboxData": [{"mailboxId": key, "userName": "maya.f"}, {"mailboxId": "NONE", "firstName": "X"}]}
    answer = owner.api.ok("PATCH", "/mailboxes/update-mailbox-details", wish, userId=owner.user)
    assert "status" not in answer
    assert [each["success"] for each in answer["data"]] == [True, False]
    again = owner.api.ok("PATCH", "/mailboxes/update-mailbox-details", wish, userId=owner.user)
    assert again["data"][0]["message"] == "Rate limit exceeded"


def test_quirk_29_the_toggle_flips_and_pausing_sends_no_event(owner: Owner) -> None:
    key = first(owner)["mailboxId"]
    owner.api.ok("POST", "/mailboxes/warmup", mailboxId=key)
    owner.wait(minutes=3)
    Event.objects.all().delete()
    states = [owner.api.ok("POST", "/mailboxes/warmup/toggle", mailboxId=key) for _ in range(2)]
    assert [each["data"]["status"] for each in states] == ["PAUSED", "ACTIVE"]
    assert all(each["actionId"] for each in states)
    assert not Event.objects.exists()


def test_quirk_30_only_the_placement_test_answers_402(owner: Owner) -> None:
    owner.api.control.set_wallet(0)
    keys = {"mailboxIds": [first(owner)["mailboxId"]]}
    poor = owner.api.call("POST", "/placement", keys, userId=owner.user)
    assert (poor.status_code, poor.json()["message"]) == (402, "Insufficient wallet balance to run placement test")
    assert owner.api.call("POST", "/mailboxes/warmup", mailboxId=keys["mailboxIds"][0]).status_code == 422


def test_quirk_31_a_platform_login_is_tried_first_and_never_deduplicated(owner: Owner) -> None:
    wish = {"app": "SMARTLEAD", "credentials": LOGIN}
    wrong = {**wish, "credentials": {**LOGIN, "password": "wrong"}}
    path = "/exports/platform-credential"
    assert owner.api.call("POST", path, wrong, userId=owner.user).status_code == 400
    ids = {owner.api.ok("POST", path, wish, userId=owner.user)["data"]["credentialId"] for _ in range(2)}
    listed = owner.api.ok("GET", "/exports/platform-credentials", userId=owner.user)["data"]
    assert {each["credentialId"] for each in listed["SMARTLEAD"]["credentials"]} == ids
    assert listed["INSTANTLY"] == {"connected": False, "credentials": []}
    assert "password" not in json.dumps(listed)


def test_quirk_32_a_warm_order_may_end_in_success_and_failure(owner: Owner) -> None:
    wish = {"order": [{"domain": "warm-tidegrove.com"}, {"domain": "warm-nowhere.com"}], "serviceProvider": "GOOGLE"}
    owner.api.ok("POST", "/pre-warmup/order", wish, userId=owner.user)
    owner.wait(seconds=6)
    (won,), (lost,) = owner.api.events("prewarmup.order.success"), owner.api.events("prewarmup.order.failed")
    assert [each["domain"] for each in won["mailboxDetails"]] == ["warm-tidegrove.com"]
    assert [each["domain"] for each in lost["failedDomains"]] == ["warm-nowhere.com"]


def test_quirk_33_warm_up_events_say_event_type_and_have_no_id(owner: Owner) -> None:
    key = first(owner)["mailboxId"]
    owner.api.ok("POST", "/mailboxes/warmup", mailboxId=key)
    owner.wait(minutes=3)
    owner.api.ok("DELETE", "/mailboxes/warmup", mailboxId=key)
    (started,) = whole_events("mailbox.warmup.started")
    (removed,) = whole_events("mailbox.warmup.removed")
    assert started["eventType"] == "mailbox.warmup.started"
    assert not {"event", "eventId"} & (set(started) | set(removed))
    assert "userId" in started["data"]
    assert "userId" not in removed["data"]
    owner.api.control.speak("usual")
    owner.api.ok("POST", "/mailboxes/warmup", mailboxId=key)
    owner.api.ok("DELETE", "/mailboxes/warmup", mailboxId=key)
    usual = whole_events("mailbox.warmup.removed")[-1]
    assert usual["event"] == "mailbox.warmup.removed"
    assert usual["eventId"]
    assert usual["data"]["userId"] == owner.user


def test_quirk_34_domain_order_success_exists_in_two_shapes(owner: Owner) -> None:
    owner.api.order(owner.user, "flat.com")
    owner.wait(seconds=10)
    owner.api.control.speak("listed")
    owner.api.order(owner.user, "listed.com")
    owner.wait(seconds=10)
    flat, listed = whole_events("domain.order.success")
    assert flat["data"]["domainName"] == "flat.com"
    assert listed["data"]["domains"] == [{"domain": "listed.com", "status": "ACTIVE"}]
    assert set(listed) == {"event", "data"}
    assert set(listed["data"]) == {"actionId", "domains"}
    assert listed["data"]["actionId"]


def test_quirk_35_subscription_events_exist_in_two_generations(owner: Owner) -> None:
    owner.wait(days=32)
    owner.api.control.speak("older")
    owner.wait(days=31)
    newer, older = owner.api.events("subscription.renewal.success")[:2]
    assert len(newer) == 12
    assert set(older) == {"userId", "userEmail", "subscriptionId", "workspaceType", "quantity"}


def test_quirk_36_answers_of_the_older_generation_have_no_action_id(owner: Owner) -> None:
    owner.api.control.speak("older")
    keys = {"subscriptionIds": [owner.subscription["subscriptionId"]]}
    assert "actionId" not in owner.api.ok("POST", "/subscriptions/renew-subscriptions", keys)


def test_quirk_37_the_oauth_export_ignores_a_block_of_the_other_provider(owner: Owner) -> None:
    wish = {"mailboxId": first(owner)["mailboxId"], "microsoft": {"microsoftOauthRoute": "https://m.example"}}
    assert owner.api.ok("POST", "/mailboxes/oauth", wish, userId=owner.user)["actionId"]
    owner.wait(seconds=6)
    assert owner.api.events("mailbox.exported") == []
    owner.api.ok(
        "POST", "/mailboxes/oauth", {**wish, "google": {"googleOauthRoute": "https://g.example"}}, userId=owner.user
    )
    owner.wait(seconds=6)
    assert len(owner.api.events("mailbox.exported")) == 1


def practise(owner: Owner, scenario: str) -> tuple[int, int]:
    Event.objects.all().delete()
    wish = {
        "order": [{"domain": "sandbox.nexora-tech.com"}, {"domain": "mail-sandbox.brightplathlabs.com"}],
        "serviceProvider": "GOOGLE",
        "scenario": scenario,
    }
    owner.api.ok("POST", "/sandbox/pre-warmup/order", wish, userId=owner.user)
    owner.wait(seconds=6)
    owner.api.ok("POST", "/sandbox/pre-warmup/reset", userId=owner.user)
    return len(owner.api.events("prewarmup.order.success")), len(owner.api.events("prewarmup.order.failed"))


def test_quirk_38_the_practice_shelf_has_fixed_names_and_plays_scenarios(owner: Owner) -> None:
    before = owner.api.control.wallet_minor()
    shelf = owner.api.ok("GET", "/sandbox/pre-warmup", serviceProvider="GOOGLE")["data"]["inventory"]
    assert [each["domain"] for each in shelf] == ["mail-sandbox.brightplathlabs.com", "sandbox.nexora-tech.com"]
    assert practise(owner, "success") == (1, 0)
    assert practise(owner, "full_failure") == (0, 1)
    assert practise(owner, "partial_failure") == (1, 1)
    assert practise(owner, "anything") == (1, 0)
    assert owner.api.control.wallet_minor() == before


def test_quirk_39_suggestions_may_omit_the_name_and_have_no_exact_match(api: Api) -> None:
    data = api.ok("POST", "/domains/available", {"domainName": "harborlight.com"})["data"]
    assert data["exactMatch"] is None
    offered = {each["domainName"] for each in data["availableDomains"]}
    free = {f"harborlight.{tld}" for tld in ("com", "net", "org", "co", "info", "biz", "live")}
    assert len(free - offered) == 1


def test_quirk_40_keys_change_with_the_place(owner: Owner) -> None:
    key = first(owner)["mailboxId"]
    body = {"mailboxData": {"mailboxId": key, "username": "lower"}}
    assert owner.api.call("PATCH", "/mailboxes/update-mailbox-details", body, userId=owner.user).status_code == 400
    body = {"mailboxData": {"mailboxId": key, "userName": "upper"}}
    answer = owner.api.ok("PATCH", "/mailboxes/update-mailbox-details", body, userId=owner.user)
    owner.wait(seconds=5)
    (event,) = owner.api.events("mailbox.updated")
    assert event["updatedFields"] == {"username": "upper"}
    assert event["workspaceType"] == "GOOGLE"
    assert event["actionId"] == answer["actionId"]


@pytest.mark.parametrize("item", [{}, {"mailboxId": ""}, {"mailboxId": None, "firstName": "Maya"}])
def test_a_list_of_updates_says_which_mailbox_each_is_about(owner: Owner, item: dict[str, object]) -> None:
    body = {"mailboxData": [item]}
    answer = owner.api.call("PATCH", "/mailboxes/update-mailbox-details", body, userId=owner.user)
    assert answer.status_code == 400
    assert "mailboxId" in answer.text


def test_a_mailbox_is_not_renamed_to_an_address_that_is_taken(owner: Owner) -> None:
    one, other = owner.mailboxes
    taken = other["email"].partition("@")[0]
    body = {"mailboxData": {"mailboxId": one["mailboxId"], "userName": taken}}
    answer = owner.api.call("PATCH", "/mailboxes/update-mailbox-details", body, userId=owner.user)
    assert (answer.status_code, taken in answer.text) == (422, True)
