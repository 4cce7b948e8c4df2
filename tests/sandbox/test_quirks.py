"""The forty odd ways of the upstream, first half: each test is named after its quirk."""

from typing import Any

from tests.sandbox.conftest import Api, Owner


def test_quirk_01_user_id_is_in_the_body_of_renewals_and_in_the_query_elsewhere(owner: Owner) -> None:
    price = {"domains": [owner.domain]}
    assert owner.api.call("POST", "/domains/renewal-price", price, userId=owner.user).status_code == 400
    assert owner.api.call("POST", "/domains/renewal-price", {**price, "userId": owner.user}).status_code == 200
    assert owner.api.call("GET", "/domains/by-user").status_code == 400
    assert owner.api.call("GET", "/subscriptions").status_code == 200


def test_quirk_02_a_wrong_user_id_gives_an_empty_list_of_domains(api: Api) -> None:
    assert api.ok("GET", "/domains/by-user", userId="NOBODY")["data"]["domains"] == []


def test_quirk_03_next_page_is_always_one_more_and_the_warm_stock_has_none(owner: Owner) -> None:
    page = owner.api.ok("GET", "/domains/by-user", userId=owner.user)["data"]["pagination"]
    assert (page["currentPage"], page["totalPages"], page["nextPage"]) == (1, 1, 2)
    stock = owner.api.ok("GET", "/pre-warmup")["data"]
    assert stock["currentPage"] == 1
    assert "nextPage" not in stock
    assert "pagination" not in stock


def test_quirk_04_money_is_text_or_number_and_only_the_warm_order_answers_201(owner: Owner) -> None:
    owner.wait(days=330)
    quote = owner.api.ok("POST", "/domains/renewal-price", {"userId": owner.user})["data"][0]
    assert isinstance(quote["renewalPrice"], str)
    assert isinstance(owner.subscription["pricePerMailbox"], float)
    wish = {"order": [{"domain": "warm-tidegrove.com"}], "serviceProvider": "GOOGLE"}
    answer = owner.api.call("POST", "/pre-warmup/order", wish, userId=owner.user)
    assert (answer.status_code, answer.json()["status"]) == (201, 201)


def test_quirk_05_failures_hide_inside_a_200(owner: Owner) -> None:
    wish = {
        "domains": [{"domain": "google.com", "years": 1}],
        "mailboxes": {"google.com": [{"username": "maya", "firstName": "Maya", "lastName": "Ferro"}]},
        "billingCycle": "MONTHLY",
        "confirm": False,
        "serviceProvider": "GOOGLE",
    }
    made = owner.api.ok("POST", "/orders/json", wish, userId=owner.user)
    assert made["data"]["unavailableDomains"] == ["google.com"]
    quotes = owner.api.ok("POST", "/domains/renewal-price", {"userId": owner.user, "domains": ["nobody.com"]})
    assert quotes["data"] == [{"domainName": "nobody.com", "error": "Domain not found"}]
    names = {"domains": [{"domainName": "fine.com"}, {"domainName": "workspace.com"}]}
    free, used = owner.api.ok("POST", "/domains/has-workspace", names)["data"]
    assert "error" not in free
    assert used["error"]


def test_quirk_06_no_list_and_an_empty_list_mean_all_domains(owner: Owner) -> None:
    bodies: list[dict[str, Any]] = [{"userId": owner.user}, {"userId": owner.user, "domains": []}]
    for body in bodies:
        answer = owner.api.ok("PATCH", "/domains/toggle-auto-renew", {**body, "autoRenew": True})
        assert [each["domainName"] for each in answer["data"]] == [owner.domain]


def test_quirk_07_renewals_take_names_orders_take_ids_and_cancelling_takes_either(owner: Owner) -> None:
    by_id = {"userId": owner.user, "domains": [owner.domain_row["domainId"]]}
    assert "error" in owner.api.ok("POST", "/domains/renewal-price", by_id)["data"][0]
    assert owner.api.call("POST", "/subscriptions/cancel", {"domain": owner.domain}).status_code == 200


def more_mailboxes(owner: Owner, **place: str) -> dict[str, Any]:
    rows = [{"username": "ada", "firstName": "Ada", "lastName": "Vale"}]
    return {
        **place,
        "mailboxes": {owner.domain: rows},
        "billingCycle": "MONTHLY",
        "confirm": False,
        "serviceProvider": "GOOGLE",
    }


def test_quirk_08_mailboxes_are_keyed_by_domain_name_even_with_a_domain_id(owner: Owner) -> None:
    key = owner.domain_row["domainId"]
    by_name = more_mailboxes(owner, domainId=key)
    by_id = {**by_name, "mailboxes": {key: by_name["mailboxes"][owner.domain]}}
    path = "/orders/create-mailbox-order/json"
    assert owner.api.call("POST", path, by_id, userId=owner.user).status_code == 400
    assert owner.api.call("POST", path, by_name, userId=owner.user).status_code == 200


def test_quirk_09_subscription_and_domain_exclude_each_other_and_auto_renew_is_for_mailboxes(owner: Owner) -> None:
    both = more_mailboxes(owner, domainId=owner.domain_row["domainId"], subscriptionId="X")
    assert owner.api.call("POST", "/orders/create-mailbox-order/json", both, userId=owner.user).status_code == 400
    assert owner.subscription["autoRenew"] is True
    assert owner.domain_row["autoRenew"] is False


def test_quirk_10_auto_renew_lists_and_counts_only_what_was_set(owner: Owner) -> None:
    body = {"userId": owner.user, "domains": [owner.domain, "foreign.com"], "autoRenew": True}
    for method in ("PATCH", "POST"):
        answer = owner.api.ok(method, "/domains/toggle-auto-renew", body)
        assert answer["message"] == "Auto-renew toggled on for 1 domain."
        assert len(answer["data"]) == 1


def test_quirk_11_an_update_of_a_user_wants_every_field_and_decodes_entities(api: Api) -> None:
    from tests.sandbox.conftest import USER

    user = api.user(company="Smith &amp; Sons")
    assert api.ok("GET", "/users", userId=user)["data"]["company"] == "Smith & Sons"
    assert api.call("PUT", "/users", {"city": "Salem"}, userId=user).status_code == 400
    api.ok("PUT", "/users", {**USER, "city": "Salem"}, userId=user)
    assert api.ok("GET", "/users", userId=user)["data"]["city"] == "Salem"
    api.control.behave(partial_updates=True)
    api.ok("PUT", "/users", {"city": "Bend"}, userId=user)
    told = api.ok("GET", "/users", userId=user)["data"]
    assert (told["city"], told["firstName"]) == ("Bend", "Ivo")


def test_quirk_12_a_user_with_belongings_stays_and_success_has_no_data(owner: Owner) -> None:
    refused = owner.api.call("DELETE", "/users", userId=owner.user)
    assert (refused.status_code, refused.json()["data"]) == (400, {"domainCount": 1, "mailboxCount": 2})
    free = owner.api.user(email="free@harborlight.example")
    assert owner.api.ok("DELETE", "/users", userId=free) == {"status": 200, "message": "User successfully deleted"}


def test_quirk_13_geo_maps_go_from_name_to_code_and_a_state_may_be_either(api: Api) -> None:
    assert api.ok("GET", "/geo/countries")["data"]["Germany"] == "DE"
    assert api.ok("GET", "/geo/states", countryCode="US")["data"]["Oregon"] == "OR"
    for state in ("Oregon", "OR"):
        assert api.user(state=state)


def test_quirk_14_a_free_name_with_a_workspace_fails_after_the_domain_was_charged(api: Api) -> None:
    api.control.reserve("quiet.com", "conflict")
    user = api.user()
    assert api.ok("POST", "/domains/available-single", {"domainName": "quiet.com"})["data"]["status"] == "AVAILABLE"
    before = api.control.wallet_minor()
    api.order(user, "quiet.com")
    api.control.advance(30)
    assert before - api.control.wallet_minor() == 1299
    assert api.events("domain.order.failed")[0]["reason"] == "Workspace validation failed"


def test_a_conflict_is_none_where_the_mailboxes_were_removed_before_the_workspace(api: Api) -> None:
    api.control.reserve("quiet.com", "conflict")
    user = api.user()
    api.order(user, "quiet.com", names=("maya",))
    (box,) = api.ok("GET", "/mailboxes/single", userId=user)["data"]["mailboxes"]
    api.ok("DELETE", "/mailboxes/remove", {"mailboxId": box["mailboxId"]}, userId=user)
    api.control.advance(60)
    (domain,) = api.ok("GET", "/domains/by-user", userId=user)["data"]["domains"]
    assert (domain["domainName"], domain["status"]) == ("quiet.com", "ACTIVE")


def test_quirk_15_the_free_answer_is_a_fixed_odd_text(api: Api) -> None:
    answer = api.ok("POST", "/domains/has-workspace", {"domainName": "fine.com"})
    assert answer == {"status": 200, "message": "Workspace not exists", "data": None}


def test_quirk_16_a_failed_domain_is_followed_by_no_mailbox_event(api: Api) -> None:
    api.order(api.user(), "unlucky.com")
    api.control.advance(30)
    assert len(api.events("domain.order.failed")) == 1
    assert api.events("mailbox.order.failed") == api.events("mailbox.order.success") == []


def test_quirk_17_without_confirm_nothing_is_charged(api: Api) -> None:
    before = api.control.wallet_minor()
    api.order(api.user(), "draft.com", confirm=False)
    api.control.advance(30)
    assert api.control.wallet_minor() == before


def test_quirk_18_pictures_are_files_in_a_form_and_addresses_in_json(owner: Owner) -> None:
    from tests.sandbox.conftest import BASE, KEY

    form = {"subscriptionId": owner.subscription["subscriptionId"], "confirm": "true"}
    form["mailboxes"] = f'{{"{owner.domain}": [{{"username": "ada", "firstName": "Ada", "lastName": "Vale"}}]}}'
    files = {f"files[ada@{owner.domain}]": ("ada.png", b"\x89PNG\r\n\x1a\n\x00\r\n", "image/png")}
    url = f"{BASE}/orders/create-mailbox-order?userId={owner.user}"
    answer = owner.api.session.post(url, data=form, files=files, headers=KEY, timeout=5)
    assert answer.status_code == 200, answer.text
    owner.wait(seconds=30)
    ada = next(each for each in owner.mailboxes if each["username"] == "ada")
    assert ada["profilePicture"].startswith("https://pictures.")
    eve = {"username": "eve", "firstName": "Eve", "lastName": "Vale", "profilePicture": "https://p.example/e.png"}
    owner.api.order(owner.user, "other.com", mailboxes={"other.com": [eve]})
    owner.wait(seconds=30)
    assert {each["profilePicture"] for each in owner.mailboxes if each["username"] == "eve"} == {
        "https://p.example/e.png"
    }


def test_quirk_19_dmarc_values_are_completed_and_the_exception_is_refused_elsewhere(owner: Owner) -> None:
    record = {"host": "_dmarc", "value": "v=DMARC1; p=none", "recordType": "TXT", "excludedDMARCtags": ["rua", "ruf"]}
    made = owner.api.ok("POST", "/dns", {"domain": owner.domain, "records": [record]}, userId=owner.user)["data"][0]
    expected = "v=DMARC1; p=none; fo=0; rf=afrf; ri=604800; pct=100; sp=reject; aspf=r; adkim=r"
    assert made["value"] == expected
    wrong = {"domain": owner.domain, "records": [{**record, "host": "www"}]}
    assert owner.api.call("POST", "/dns", wrong, userId=owner.user).status_code == 400


def test_quirk_20_priority_is_empty_text_when_unused_and_name_servers_are_replaced(owner: Owner) -> None:
    records = [{"host": "www", "value": "192.0.2.1", "recordType": "A"}]
    made = owner.api.ok("POST", "/dns", {"domain": owner.domain, "records": records}, userId=owner.user)["data"][0]
    assert made["priority"] == ""
    assert owner.api.call("DELETE", "/dns", userId=owner.user, domain=owner.domain).status_code == 400
    owner.api.ok("DELETE", "/dns", userId=owner.user, recordId=made["recordId"])
    left = owner.api.ok("GET", "/dns", userId=owner.user, domain=owner.domain)["data"]["records"]
    assert made["recordId"] not in {each["recordId"] for each in left}
    wish = {"nameservers": ["ns1.fenwick.com"]}
    assert owner.api.ok("PUT", "/dns/nameservers", wish, userId=owner.user, domain=owner.domain)["actionId"]
