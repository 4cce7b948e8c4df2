"""What differs, for staff: in words, what waits for a decision first, decided one by one or many at once."""

from typing import Any

import pytest
from django.test import Client

from accounts.tenancy import staff_scope
from billing.models import Subscription
from domains.models import Domain
from mirror import telling
from mirror.models import Drift
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.mirror.account import Account, drifts
from tests.world import World

LIST = "/admin/mirror/drift/"
State = Drift.State


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


@pytest.fixture
def differing(account: Account) -> Account:
    """Three domains that renew by themselves here and not there, and the fact that one costs more."""
    account.read()
    with staff_scope("test"):
        for row in Domain.objects.select_related("customer"):
            make_drift(row, "auto_renew", True, False)
        make_drift(Subscription.objects.select_related("customer").earliest("pk"), "cost_minor", 300, 350)
        Drift.objects.filter(field="cost_minor").update(state=State.NOTED)
    return account


def make_drift(row: Any, field: str, here: Any, there: Any, **more: Any) -> Drift:
    return Drift.objects.create(
        customer=row.customer,
        kind=more.get("kind", "changed"),
        subject_type=row._meta.label_lower,
        subject_id=str(row.pk),
        name=str(row),
        field=field,
        here=here,
        there=there,
    )


def text_of(browser: Client, **query: str) -> str:
    answer = browser.get(LIST, query)
    assert answer.status_code == 200
    return answer.content.decode().partition('id="changelist-form"')[2]


def decide(browser: Client, action: str, rows: list[Drift]) -> str:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return browser.post(f"{LIST}?state=all", chosen, follow=True).content.decode()


def test_what_waits_for_a_decision_comes_first(differing: Account, rex: Client) -> None:
    page = text_of(rex)
    assert page.count("renews by itself: here yes, there no") == 3
    assert "cost of a mailbox" not in page
    assert "cost of a mailbox: here $3.00, there $3.50" in text_of(rex, state="noted")
    assert text_of(rex, state="all").count('name="_selected_action"') == 4


def test_the_filter_says_that_only_what_waits_is_shown(differing: Account, rex: Client) -> None:
    page = rex.get(LIST).content.decode()
    assert "State: To decide" in page


def test_it_is_found_by_thing_and_by_customer(differing: Account, rex: Client) -> None:
    assert text_of(rex, q="harborone").count('name="_selected_action"') == 1
    assert text_of(rex, q="Harborlight").count('name="_selected_action"') == 2
    assert text_of(rex, kind="missing").count('name="_selected_action"') == 0


def test_a_row_leads_to_its_customer(differing: Account, rex: Client) -> None:
    row = drifts(name="birchone.org", state=State.OPEN)[0]
    assert f'href="/admin/accounts/customer/{row.customer_id}/change/"' in text_of(rex, q="birchone")


def test_many_are_accepted_at_once(differing: Account, rex: Client) -> None:
    page = decide(rex, "accept", drifts(state=State.OPEN))
    assert "3 differences accepted." in page
    rows = drifts(field="auto_renew")
    assert [row.state for row in rows] == [State.ACCEPTED] * 3
    assert ", by Rex" in rex.get(f"{LIST}{rows[0].pk}/change/").content.decode()
    assert len(audit_rows("drift.accepted")) == 3


def test_what_can_be_repaired_is_and_why_the_rest_is_not_is_said(differing: Account, rex: Client) -> None:
    page = decide(rex, "repair", drifts())
    assert "3 differences being repaired." in page
    assert "This is noted already." in page
    assert [row.state for row in drifts(field="auto_renew")] == [State.REPAIRING] * 3


def test_reasons_beyond_the_first_are_counted(differing: Account, rex: Client) -> None:
    with staff_scope("test"):
        row = Domain.objects.select_related("customer").earliest("pk")
        for number in range(7):
            make_drift(row, f"field_{number}", 1, 2)
    page = decide(rex, "repair", drifts(name=str(row), field__startswith="field"))
    assert page.count("no call sets it back") == 5
    assert "2 more were left as they are" in page


def test_one_is_decided_on_its_own_page(differing: Account, rex: Client) -> None:
    row = drifts(name="birchone.org", field="auto_renew")[0]
    page = rex.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Repair: send our value back" in page
    assert rex.post(f"{LIST}{row.pk}/decide/repair/").status_code == 302
    after = rex.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "renews by itself: here yes, there no" in after
    assert "Being repaired" in after
    assert "Accept: it is right there" not in after


def test_what_cannot_be_repaired_offers_to_accept_and_says_why(differing: Account, rex: Client) -> None:
    with staff_scope("test"):
        row = make_drift(Domain.objects.select_related("customer").earliest("pk"), "state", "ACTIVE", "EXPIRED")
    page = rex.get(f"{LIST}{row.pk}/change/").content.decode()
    assert "Accept: it is right there" in page
    assert "Repair: send our value back" not in page
    assert "no call sets it back" in page
    assert "Accept only" in text_of(rex)


def test_support_sees_differences_and_decides_nothing(differing: Account, world: World) -> None:
    sam = browser_of(make_support())
    row = drifts(state=State.OPEN)[0]
    assert "renews by itself" in text_of(sam)
    assert "Accept: it is right there" not in sam.get(f"{LIST}{row.pk}/change/").content.decode()
    assert sam.post(f"{LIST}{row.pk}/decide/accept/").status_code == 403
    decide(sam, "accept", [row])
    assert drifts(state=State.ACCEPTED) == []


def test_only_a_press_decides(differing: Account, rex: Client) -> None:
    row = drifts(state=State.OPEN)[0]
    assert rex.get(f"{LIST}{row.pk}/decide/accept/").status_code == 405
    assert rex.post(f"{LIST}0/decide/accept/").status_code == 404
    rex.post(f"{LIST}{row.pk}/decide/drop/")
    assert drifts(pk=row.pk)[0].state == State.OPEN


@pytest.mark.parametrize(
    ("field", "here", "there", "words"),
    [
        ("state", "ACTIVE", "GRACE_PERIOD", "state: here active, there expired, in grace"),
        ("state", "ACTIVE", "SOMETHING_NEW", "state: here active, there SOMETHING_NEW"),
        ("forward_to", "", "https://x.example", "sends visitors to: here nothing, there https://x.example"),
        ("expires_at", None, "2027-03-01T12:30:00+00:00", "expires: here nothing, there 1 Mar 2027, 12:30"),
        ("first_name", "Maya", "Maja", "first name: here Maya, there Maja"),
    ],
)
def test_a_difference_is_told_in_words(field: str, here: Any, there: Any, words: str) -> None:
    row = Drift(kind="changed", subject_type="domains.domain", field=field, here=here, there=there)
    assert telling.what_differs(row) == words


def test_what_is_on_one_side_only_is_told_so() -> None:
    gone = Drift(kind="missing", subject_type="domains.domain", here="ACTIVE", there="not found since 03 Jan 2027")
    assert telling.what_differs(gone) == "domain: here active, there not found since 03 Jan 2027"
    new = Drift(kind="appeared", subject_type="domains.domain", there="ACTIVE")
    assert telling.what_differs(new) == "domain that is only there, active"
