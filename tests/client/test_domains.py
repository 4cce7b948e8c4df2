"""Domains and their records, by the client."""

from datetime import timedelta
from decimal import Decimal

import pytest

from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.availability import Availability, WorkspaceCheck
from reseller_portal.upstream.models.batches import ItemFailure
from reseller_portal.upstream.models.dns import DnsRecordDraft
from reseller_portal.upstream.models.domains import DomainForwarding
from tests.client.conftest import Bench
from tests.sandbox.known import DOMAINS, IVO, MAILBOXES, REACH, RECORD, SPARE, SUBSCRIPTIONS, TAMSIN

PRICE = Decimal("21.42")


def test_suggest_domains_offers_free_names_of_the_wanted_ends(bench: Bench) -> None:
    offers = bench.client.domains.suggest("harborlight", tlds=("net", "org"))
    assert offers
    assert {offer.name.rpartition(".")[2] for offer in offers} <= {"net", "org"}
    assert all(bench.client.domains.check(offer.name).is_available for offer in offers)


def test_check_domain_availability_knows_price_and_owner(bench: Bench) -> None:
    assert bench.client.domains.check("harborlight.com", years=2) == Availability(
        name="harborlight.com", is_available=True, price=Decimal("25.98"), renew_price=Decimal("15.45"), years=2,
        is_premium=False,
    )  # fmt: skip
    assert not bench.client.domains.check(REACH).is_available


def test_check_workspace_says_free_only_when_it_is(bench: Bench) -> None:
    check = bench.client.domains.check_workspace
    assert check("harborlight.com", provider="GOOGLE") == WorkspaceCheck("harborlight.com", is_free=True)
    assert check("my-workspace.com", provider="GOOGLE").reason == "Workspace already exists"
    several = bench.client.domains.check_workspaces(["a-one.com", "my-workspace.com"], provider="MICROSOFT")
    assert [(each.domain, each.is_free) for each in several] == [("a-one.com", True), ("my-workspace.com", False)]


def test_list_user_domains_shows_what_is_owned_and_nothing_to_others(bench: Bench) -> None:
    found = {each.name: each for each in bench.client.domains.all(IVO)}
    assert sorted(each.id for each in found.values()) == sorted(DOMAINS)
    assert (found[REACH].subscription_id, found[REACH].mailbox_count) == (SUBSCRIPTIONS[0], 2)
    assert [each.name for each in bench.client.domains.list(IVO, contains="spare").items] == [SPARE]
    assert bench.client.domains.list(TAMSIN).items == ()


def test_get_domain_tells_what_the_list_tells(bench: Bench) -> None:
    assert bench.domain() in bench.client.domains.list(IVO).items
    with pytest.raises(Refused, match="403"):
        bench.client.domains.get(TAMSIN, REACH)


def test_get_domain_renewal_prices_quotes_what_is_in_the_window(bench: Bench) -> None:
    batch = bench.client.domains.renewal_prices(IVO, [REACH, "nobodys.com"], years=2)
    (quote,) = batch.done
    assert (quote.domain_id, quote.price, quote.years) == (DOMAINS[0], PRICE * 2, 2)
    assert quote.expires_at == bench.domain().expires_at
    assert batch.failed == (ItemFailure("nobodys.com", "Domain not found"),)
    assert bench.spent_minor() == 0


def test_renew_domains_adds_a_year_and_takes_the_quoted_price(bench: Bench) -> None:
    before = bench.domain().expires_at
    batch = bench.client.domains.renew(IVO, [REACH])
    assert [(each.domain, each.price, each.status) for each in batch.done] == [(REACH, PRICE, "RENEWING")]
    assert bench.domain().status == "RENEWING"
    bench.control.advance(10)
    after = bench.domain()
    assert before is not None
    assert after.expires_at == before.replace(year=before.year + 1)
    assert (after.status, bench.spent_minor()) == ("ACTIVE", 2142)
    assert "domain.renewal.success" in bench.events()


def test_set_domain_auto_renew_is_shown_and_acts(bench: Bench) -> None:
    batch = bench.client.domains.set_auto_renew(IVO, [SPARE], is_on=True)
    assert [(each.domain_id, each.auto_renew) for each in batch.done] == [(DOMAINS[1], True)]
    bench.control.advance(timedelta(days=31))
    assert bench.domain(SPARE).status == "ACTIVE"
    assert bench.domain(REACH).status == "GRACE_PERIOD"


def test_add_domain_forwarding_shows_in_the_domain(bench: Bench) -> None:
    target = "https://www.harborlight.example"
    accepted = bench.client.domains.forward(IVO, [REACH], forward_to=target, is_masked=True)
    assert (accepted.action_id or "").startswith("ACT_")
    assert bench.domain().forwarding == DomainForwarding(target, is_masked=True)
    bench.control.advance(10)
    assert bench.events() == ["dns-record.updated"]


def test_add_email_forwarding_needs_mailboxes_that_are_active(bench: Bench) -> None:
    assert bench.client.domains.forward_mail(IVO, [REACH], email="all@harborlight.example").action_id
    assert bench.domain().catch_all == "all@harborlight.example"
    with pytest.raises(Refused, match="422"):
        bench.client.domains.forward_mail(IVO, [SPARE], email="all@harborlight.example")


def test_add_google_client_id_tries_the_id_first(bench: Bench) -> None:
    add = bench.client.domains.add_google_client_id
    good = "702214839055-demo.apps.googleusercontent.example"
    assert add(IVO, [REACH], client_id=good, app_name="Sender").action_id
    with pytest.raises(Refused, match="App name mismatch"):
        add(IVO, [REACH], client_id="something", app_name="Sender")


def test_remove_domains_gives_up_only_what_has_no_mailboxes(bench: Bench) -> None:
    with pytest.raises(Refused, match="409"):
        bench.client.domains.remove(IVO, [DOMAINS[0]])
    bench.client.domains.remove(IVO, [DOMAINS[1]])
    assert SPARE not in {each.name for each in bench.client.domains.all(IVO)}
    assert bench.client.domains.check(SPARE).is_available


def test_list_dns_records_shows_all_of_a_domain(bench: Bench) -> None:
    (record,) = bench.client.dns.list(IVO, REACH).records
    assert (record.id, record.host, record.type, record.value, record.priority) == (RECORD, "@", "A", "192.0.2.1", None)


def test_add_dns_records_keeps_priority_and_completes_dmarc(bench: Bench) -> None:
    wishes = [
        DnsRecordDraft("@", "mx.harborlight.example", "MX", priority=10),
        DnsRecordDraft("_dmarc", "v=DMARC1; p=none", "TXT", excluded_dmarc_tags=("ruf",)),
    ]
    exchange, dmarc = bench.client.dns.add(IVO, REACH, wishes)
    assert (exchange.priority, exchange.type) == (10, "MX")
    assert dmarc.value.startswith("v=DMARC1; p=none; rua=mailto:")
    assert "ruf=" not in dmarc.value
    assert {exchange, dmarc} < set(bench.client.dns.list(IVO, REACH).records)


def test_update_dns_record_replaces_one(bench: Bench) -> None:
    changed = bench.client.dns.update(IVO, REACH, RECORD, DnsRecordDraft("www", "192.0.2.7", "A"))
    assert bench.client.dns.list(IVO, REACH).records == (changed,)
    assert changed is not None
    assert (changed.host, changed.value) == ("www", "192.0.2.7")


def test_delete_dns_record_takes_one_away(bench: Bench) -> None:
    bench.client.dns.delete(IVO, REACH, RECORD)
    assert bench.client.dns.list(IVO, REACH).records == ()
    with pytest.raises(Refused, match="404"):
        bench.client.dns.delete(IVO, REACH, RECORD)


def test_replace_nameservers_is_queued(bench: Bench) -> None:
    accepted = bench.client.dns.replace_nameservers(IVO, REACH, ["ns1.fenwick.example", "ns2.fenwick.example"])
    assert (accepted.action_id or "").startswith("ACT_")
    with pytest.raises(Refused, match="400"):
        bench.client.dns.replace_nameservers(IVO, REACH, ["no host name"])


def test_mailboxes_are_untouched_by_what_happens_to_a_domains_records(bench: Bench) -> None:
    before = bench.mailbox(MAILBOXES[1])
    bench.client.dns.replace_nameservers(IVO, REACH, ["ns1.fenwick.example"])
    assert bench.mailbox(MAILBOXES[1]) == before
