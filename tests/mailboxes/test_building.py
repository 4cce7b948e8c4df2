"""From two pasted lists to the lines of a quote: domains times people, mistakes at their line, nothing bought twice."""

import pytest

from accounts.models import AuditEntry
from accounts.tenancy import scope
from billing.models import Item
from mailboxes.building import EXISTS, Built, Wish, build
from mailboxes.models import Credential, Mailbox
from mailboxes.services.secrets import NoCredentials, Revealed, reveal
from tests.shop import Shop


def built(shop: Shop, domains: str, people: str) -> Built:
    with scope(shop.customer.pk):
        return build(shop.customer, Wish("GOOGLE", domains, people))


def names(result: Built) -> list[str]:
    return [line.name for line in result.lines]


def test_every_person_gets_a_mailbox_on_every_domain(shop: Shop) -> None:
    result = built(shop, "first.com\nsecond.net", "Maya Ferro\nNoor Haddad")
    assert names(result) == [
        "first.com", "maya@first.com", "noor@first.com", "second.net", "maya@second.net", "noor@second.net",
    ]  # fmt: skip


def test_a_person_with_a_domain_gets_a_mailbox_there_alone(shop: Shop) -> None:
    result = built(shop, "first.com\nsecond.net", "maya@first.com\nNoor Haddad")
    assert names(result) == ["first.com", "maya@first.com", "noor@first.com", "second.net", "noor@second.net"]


def test_a_person_on_a_domain_that_is_not_ordered_is_a_mistake(shop: Shop) -> None:
    result = built(shop, "first.com", "maya@elsewhere.com\nNoor Haddad")
    assert [each.line for each in result.people_errors] == [1]
    assert result.lines == []


def test_a_domain_without_anybody_is_a_mistake(shop: Shop) -> None:
    result = built(shop, "first.com\nsecond.net", "maya@first.com")
    assert [each.line for each in result.domain_errors] == [2]


def test_mistakes_of_both_lists_are_shown_together(shop: Shop) -> None:
    result = built(shop, "my company.com\nfirst.com", "postmaster@first.com")
    assert not result.is_good
    assert (len(result.domain_errors), len(result.people_errors)) == (1, 1)


def test_an_owned_domain_is_not_bought_again(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    result = built(shop, "first.com", "Sami Berg")
    assert [(line.item, line.name) for line in result.lines] == [(Item.MAILBOX, "sami@first.com")]
    assert result.lines[0].upstream_domain_id


def test_an_address_that_exists_stays_in_the_list_with_its_reason(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    result = built(shop, "first.com", "Maya Ferro\nSami Berg")
    assert [(line.name, line.problem) for line in result.lines] == [("maya@first.com", EXISTS), ("sami@first.com", "")]


def test_credentials_are_stored_encrypted_and_revealed_with_a_trace(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        mailbox = Mailbox.objects.get(address="maya@first.com")
        sealed = Credential.objects.get(mailbox=mailbox)
        revealed = reveal(actor=shop.actor, mailbox=mailbox)
        assert isinstance(revealed, Revealed)
        assert revealed.password
        assert revealed.password not in repr(revealed)
        assert revealed.password.encode() not in bytes(str(sealed.password), "utf-8")
        assert AuditEntry.objects.filter(action="mailbox.revealed", subject_id=str(mailbox.pk)).count() == 1


def test_a_mailbox_without_credentials_says_so_and_leaves_no_trace(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        mailbox = Mailbox.objects.get(address="maya@first.com")
        Credential.objects.all().delete()
        with pytest.raises(NoCredentials):
            reveal(actor=shop.actor, mailbox=mailbox)
        assert not AuditEntry.objects.filter(action="mailbox.revealed").exists()
