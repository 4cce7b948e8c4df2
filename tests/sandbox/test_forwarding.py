"""What a domain forwards: visitors to an address, and all of its mail to one mailbox."""

import pytest

from tests.sandbox.conftest import Api, Owner


def test_mail_of_a_whole_domain_is_forwarded_only_when_all_its_mailboxes_are_active(api: Api) -> None:
    owner = Owner(api, api.user())
    body = {"domains": [owner.domain], "email": "all@elsewhere.example"}
    api.order(owner.user, owner.domain)
    for seconds, status in ((3, 422), (1.5, 422), (30, 200)):
        owner.wait(seconds=seconds)
        assert api.call("POST", "/domains/email-forwarding", body, userId=owner.user).status_code == status
    assert owner.domain_row["emailForwarding"] == {"email": "all@elsewhere.example"}
    owner.wait(seconds=5)
    assert api.events("dns-record.updated")[-1]["record"]["value"] == "all@elsewhere.example"


def test_a_domain_without_mailboxes_forwards_no_mail(api: Api) -> None:
    user = api.user()
    api.control.behave(optional_fields=["mailboxes"])
    api.order(user, "bare.com", mailboxes={})
    api.control.advance(30)
    body = {"domains": ["bare.com"], "email": "all@elsewhere.example"}
    assert api.call("POST", "/domains/email-forwarding", body, userId=user).status_code == 422


def test_one_mailbox_that_expired_stops_it(owner: Owner) -> None:
    owner.api.ok("POST", "/component/subscriptions/recreate", {"domainNames": [owner.domain]})
    body = {"domains": [owner.domain], "email": "all@elsewhere.example"}
    assert owner.api.call("POST", "/domains/email-forwarding", body, userId=owner.user).status_code == 422


@pytest.mark.parametrize("place", ["query", "body"])
def test_the_user_of_a_forwarding_may_stand_in_query_or_body(owner: Owner, place: str) -> None:
    whose = {"userId": owner.user}
    body = {"domains": [owner.domain], "forwardTo": "https://www.harborlight.example", "maskForwarding": True}
    query = whose if place == "query" else {}
    owner.api.ok("POST", "/domains/forwarding", {**body, **(whose if place == "body" else {})}, **query)
    assert owner.domain_row["domainForwarding"] == {
        "forwardTo": "https://www.harborlight.example",
        "maskForwarding": True,
    }


def test_the_details_of_a_domain_are_found_by_name_and_by_id(owner: Owner) -> None:
    by_name = owner.api.ok("GET", "/domains/details", userId=owner.user, domain=owner.domain)["data"]
    by_id = owner.api.ok("GET", "/domains/details", userId=owner.user, domainId=owner.domain_row["domainId"])["data"]
    assert by_name == by_id == owner.domain_row
