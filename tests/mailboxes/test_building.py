"""From two pasted lists to the lines of a quote: domains times people, mistakes at their line, nothing bought twice."""

import tracemalloc

import pytest

from accounts.models import AuditEntry
from accounts.tenancy import scope
from billing.models import Item
from mailboxes.building import Reading, Wish, lines_of, read
from mailboxes.models import Credential, Mailbox
from mailboxes.services.secrets import NoCredentials, Revealed, reveal
from reseller_portal.core.lists import people as lists
from tests.shop import Shop


def built(shop: Shop, domains: str, people: str) -> Reading:
    with scope(shop.customer.pk):
        return read(shop.customer, Wish("GOOGLE", domains, people))


def names(result: Reading) -> list[str]:
    return [line.name for line in lines_of(result)]


def test_every_person_gets_a_mailbox_on_every_domain(shop: Shop) -> None:
    result = built(shop, "first.com\nsecond.net", "Maya Ferro\nNoor Haddad")
    assert names(result) == [
        "first.com", "maya@first.com", "noor@first.com", "second.net", "maya@second.net", "noor@second.net",
    ]  # fmt: skip


def test_a_person_with_a_domain_gets_a_mailbox_there_alone(shop: Shop) -> None:
    result = built(shop, "first.com\nsecond.net", "maya@first.com Maya Ferro\nNoor Haddad")
    assert names(result) == ["first.com", "maya@first.com", "noor@first.com", "second.net", "noor@second.net"]


def test_a_person_on_a_domain_that_is_not_ordered_is_a_mistake(shop: Shop) -> None:
    result = built(shop, "first.com", "maya@elsewhere.com Maya Ferro\nNoor Haddad")
    assert [each.line for each in result.people_errors] == [1]
    assert lines_of(result) == []


def test_a_domain_without_anybody_is_a_mistake(shop: Shop) -> None:
    result = built(shop, "first.com\nsecond.net", "maya@first.com Maya Ferro")
    assert [each.line for each in result.domain_errors] == [2]


def test_mistakes_of_both_lists_are_shown_together(shop: Shop) -> None:
    result = built(shop, "my company.com\nfirst.com", "postmaster@first.com")
    assert not result.is_good
    assert (len(result.domain_errors), len(result.people_errors)) == (1, 1)


def test_an_owned_domain_is_not_bought_again(shop: Shop) -> None:
    shop.order("first.com")
    shop.finish()
    result = built(shop, "first.com", "Sami Berg")
    assert [(line.item, line.name) for line in lines_of(result)] == [(Item.MAILBOX, "sami@first.com")]


def test_a_product_is_refused_by_its_counts_and_never_built(shop: Shop) -> None:
    people = "\n".join(
        f"Given{chr(97 + at % 26)}{chr(97 + at // 26 % 26)}{chr(97 + at // 676)} Family" for at in range(2000)
    )
    result = built(shop, "\n".join(f"name{at}.com" for at in range(400)), people)
    assert "400 new domains and 800,000 mailboxes" in result.refusals[0]
    tracemalloc.start()
    assert lines_of(result) == []
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()


def test_a_list_that_is_too_long_is_not_parsed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "rows_of", lambda *_args, **_kwargs: pytest.fail("a line was parsed"))
    result = built(shop, "first.com", "Maya Ferro\n" * 300_000)
    assert "300,000 lines" in result.refusals[0]


def test_an_international_domain_is_one_in_both_spellings(shop: Shop) -> None:
    result = built(shop, "münchen-hafen.de", "lena@münchen-hafen.de Lena Ostrow\nian@xn--mnchen-hafen-dlb.de Ian Quill")
    assert names(result) == ["xn--mnchen-hafen-dlb.de", "lena@xn--mnchen-hafen-dlb.de", "ian@xn--mnchen-hafen-dlb.de"]


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
