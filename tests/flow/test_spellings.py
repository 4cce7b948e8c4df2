"""An international name is one name, in ASCII or as people write it: in events, in answers, in readings of others."""

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from accounts.tenancy import scope, staff_scope
from billing.handlers import processing
from billing.models import OrderLine
from domains.models import Domain
from domains.services.hearing import hear_of_domains
from reseller_portal.upstream.models.domains import Domain as Told
from reseller_portal.webhooks.intake import keep
from reseller_portal.webhooks.processing import process_due
from tests import oracle
from tests.shop import Shop

ASCII, READABLE = "xn--mnchen-3ya.com", "münchen.com"
SPELLINGS = pytest.mark.parametrize("spelling", [ASCII, READABLE, "MÜNCHEN.com"])


def states(shop: Shop) -> set[str]:
    with scope(shop.customer.pk):
        return set(OrderLine.objects.values_list("state", flat=True))


@SPELLINGS
def test_events_end_its_lines(shop: Shop, spelling: str) -> None:
    shop.order(ASCII)
    shop.work()
    shop.sandbox.advance(60)
    for letter in shop.sandbox.pending_letters():
        keep(json.dumps(json.loads(letter.body), ensure_ascii=False).replace(ASCII, spelling).encode())
    process_due()
    assert states(shop) == {"delivered"}


@SPELLINGS
def test_looks_end_its_lines(shop: Shop, monkeypatch: pytest.MonkeyPatch, spelling: str) -> None:
    domain, mailbox = processing._domain, processing._mailbox

    def respelt(told: dict[str, Any]) -> dict[str, Any]:
        return {**told, "name": told["name"].replace(ASCII, spelling)}

    monkeypatch.setattr(processing, "_domain", lambda each: respelt(domain(each)))
    monkeypatch.setattr(processing, "_mailbox", lambda each: respelt(mailbox(each)))
    shop.order(ASCII)
    shop.finish()
    assert states(shop) == {"delivered"}
    oracle.ask(shop.sandbox)


@SPELLINGS
def test_a_reading_displaces_the_former_owner(shop: Shop, spelling: str) -> None:
    shop.order(ASCII)
    shop.finish()
    other = shop.world.initech
    with scope(shop.customer.pk):
        told = told_of(Domain.objects.get(), spelling)
    with scope(other.pk):
        hear_of_domains([(other, told)], at=timezone.now())
    with staff_scope("test"):
        owners = Domain.objects.exclude(state__in=Domain.GONE).values_list("customer", "name")
        assert list(owners) == [(other.pk, ASCII)]


def told_of(row: Domain, spelling: str) -> Told:
    wanted = [each.name for each in dataclasses.fields(Told) if each.default is each.default_factory]
    facts = {
        "id": row.upstream_id, "name": spelling, "status": "ACTIVE", "provider": "GOOGLE",
        "registered_at": datetime(2026, 1, 1, tzinfo=UTC), "expires_at": None, "auto_renew": None,
        "forwarding": None, "catch_all": None,
    }  # fmt: skip
    return Told(**{**dict.fromkeys(wanted, ""), **facts})  # type: ignore[arg-type]  # by name
