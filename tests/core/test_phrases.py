"""Every audit action is a sentence, and what only staff should read reaches no customer."""

import ast
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib import admin
from django.test import Client

from accounts.admin_pages import AuditedAdmin
from accounts.audit import record_by_staff
from accounts.models import AuditEntry
from accounts.tenancy import staff_scope
from billing.services.deciding import LEAVE_OUT, STEPS
from billing.shortfall_models import Shortfall
from reseller_portal.core.phrases import PHRASES, STAFF_PHRASES, phrase_of
from tests.shop import Shop

ROOT = Path(__file__).resolve().parents[2]
APPS = ("accounts", "billing", "domains", "mailboxes", "mirror", "reseller_portal")
KNOWN = {**PHRASES, **STAFF_PHRASES}


def written_actions() -> Iterator[str]:
    """Each `action=` that code hands over as it is."""
    for app in APPS:
        for file in (ROOT / app).rglob("*.py"):
            nodes = ast.walk(ast.parse(file.read_text()))
            for each in [node for node in nodes if isinstance(node, ast.keyword) and node.arg == "action"]:
                if isinstance(each.value, ast.Constant) and "." in str(each.value.value):
                    yield str(each.value.value)


def made_actions() -> Iterator[str]:
    """Those that are put together from a noun or a verb."""
    for each in (*STEPS, LEAVE_OUT):
        yield f"order.decided_{each.verb}"
    yield from (f"shortfall.{state}" for state in Shortfall.State.values if state != Shortfall.State.OPEN)
    for noun in ("domain", "mailbox", "subscription"):
        for verb in ("changed_upstream", "taken_over", "displaced", "ownership_proved"):
            yield f"{noun}.{verb}"
    for noun in ("event", "mail", "survey"):
        yield from (f"{noun}.tried_again", f"{noun}.put_away")
    yield from ("balance.credited", "balance.debited", "sale.refunded", "owner.invited", "membership.added")
    yield from ("membership.accepted", "membership.declined")


def actions_of_the_admin() -> Iterator[str]:
    for model, page in admin.site._registry.items():
        if isinstance(page, AuditedAdmin):
            noun = str(model._meta.verbose_name).replace(" ", "_")
            yield from (f"{noun}.changed", *([f"{noun}.created"] if noun != "unsellable_name" else []))
            for inline in page.inlines:
                child = str(inline.model._meta.verbose_name).replace(" ", "_")
                yield from (f"{child}.added", f"{child}.changed", f"{child}.removed")


def test_every_action_has_a_sentence() -> None:
    actions = {*written_actions(), *made_actions(), *actions_of_the_admin()}
    assert len(actions) > 40
    assert sorted(actions - set(KNOWN)) == []


@pytest.mark.parametrize("action", sorted(PHRASES))
def test_no_sentence_for_customers_speaks_of_our_machinery(action: str) -> None:
    said = phrase_of(SimpleNamespace(action=action, actor_label="The portal", subject_label="x")).lower()
    assert not any(word in said for word in ("upstream", "operation", "_", "drift", "survey", "took over", "noted"))


def test_what_happens_by_itself_is_told_of_the_thing() -> None:
    entry = SimpleNamespace(action="domain.taken_over", actor_label="The portal", subject_label="acme.com")
    assert phrase_of(entry) == "acme.com imported"


def test_what_staff_do_with_our_machinery_stands_in_the_audit_trail_alone(shop: Shop) -> None:
    ada = Client(HTTP_HOST="outreach.localhost")
    ada.force_login(shop.world.ada)
    with staff_scope("test"):
        for action in ("operation.settled", "nobody.wrote_this", "quote.made"):
            record_by_staff(user=shop.world.vic, customer=shop.customer, action=action, subject=shop.customer)
        assert AuditEntry.objects.filter(action="operation.settled").count() == 1
    page = ada.get("/c/acme/").content.decode().partition("activity-title")[2]
    assert "checked a new order" in page
    assert "how it ended" not in page
    assert "wrote this" not in page
