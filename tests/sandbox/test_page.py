"""The control page: forms that work without a script, and only from the page itself."""

import re
from urllib.parse import urlencode

import pytest

from reseller_portal.sandbox import page, wallet
from reseller_portal.sandbox.control import Control
from tests.sandbox.conftest import Api, Owner

HERE = {"host": "127.0.0.1:8001", "origin": "http://127.0.0.1:8001"}
FORM = re.compile(r"<form method=\"post\">(.*?)</form>", re.DOTALL)


def look() -> str:
    status, content, _headers = page.show("GET", "/", {}, b"")
    assert status == 200
    return content.decode()


def post(headers: dict[str, str], **fields: str) -> tuple[int, str]:
    """The status, and where it leads, or what it says."""
    status, content, more = page.show("POST", "/", headers, urlencode(fields).encode())
    return status, more.get("Location") or content.decode()


def test_the_page_shows_clock_wallet_and_events(sandbox: Control) -> None:
    _status, content, headers = page.show("GET", "/", {}, b"")
    assert "5,000.00 USD" in content.decode()
    assert "UTC, stands still" in content.decode()
    assert "They wait until you say where they go" in content.decode()
    assert "<script" not in content.decode()
    assert "style=" not in content.decode()
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_a_form_of_the_page_changes_the_sandbox_and_leads_back_to_it(sandbox: Control) -> None:
    assert post(HERE, room="wallet", set="12.50") == (303, "/#wallet")
    assert sandbox.wallet_minor() == 1250
    assert "12.50 USD" in look()
    assert post(HERE, room="faults", operation="*", kind="slow", times="2") == (303, "/#faults")
    assert "<td>slow</td>" in look()
    before = sandbox.now()
    assert post(HERE, room="clock", advance="P2D") == (303, "/#clock")
    assert (sandbox.now() - before).days == 2
    assert post(HERE, room="names", name="example.net", fate="taken") == (303, "/#names")
    assert "example.net" in look()


def test_where_events_go_is_chosen_and_given_up_again(sandbox: Control) -> None:
    assert post(HERE, room="events", url="http://127.0.0.1:9000/hooks") == (303, "/#events")
    assert "They go to http://127.0.0.1:9000/hooks" in look()
    assert post(HERE, room="events", url="") == (303, "/#events")
    assert "They wait until you say" in look()
    assert post(HERE, room="events", hold="yes") == (303, "/#events")
    assert "New ones are held back" in look()
    assert post(HERE, room="events", release="yes") == (303, "/#events")
    assert "New ones are held back" not in look()


def test_an_event_is_sent_again_from_its_row(owner: Owner) -> None:
    owner.api.ok("POST", "/subscriptions/cancel", {"domain": owner.domain})
    (letter,) = owner.api.control.pending_letters()
    owner.api.control.mark_delivered([letter])
    assert f'name="replay" value="{letter.event_id}"' in look()
    assert post(HERE, room="events", replay=letter.event_id) == (303, "/#events")
    assert [each.event_id for each in owner.api.control.pending_letters()] == [letter.event_id]


def test_the_tables_show_calls_money_and_events_escaped(api: Api) -> None:
    api.order(api.user(), "harborlight.com")
    api.control.advance(30)
    wallet.add(100, "<b>A gift")
    shown = look()
    assert "<td>create_order</td><td>200</td>" in shown
    assert '<td class="number">-12.99</td>' in shown
    assert "18.99 USD spent" in shown
    assert "<td>mailbox.created</td>" in shown
    assert "&lt;b&gt;A gift" in shown
    assert "<b>" not in shown


def test_every_field_has_a_label_and_every_form_a_room(sandbox: Control) -> None:
    shown = look()
    forms = FORM.findall(shown)
    assert len(forms) >= 10
    assert all(form.count('name="room"') == 1 and form.count("<button") == 1 for form in forms)
    visible = re.findall(r"<(?:input(?! type=\"hidden\")|select)", shown)
    assert len(visible) == len(re.findall(r"<label[^>]*>[^<]+<(?:input|select)", shown))


@pytest.mark.parametrize("origin", ["http://evil.example", "", "null"])
def test_a_form_of_another_site_changes_nothing(sandbox: Control, origin: str) -> None:
    status, words = post({**HERE, "origin": origin}, room="wallet", set="0")
    assert (status, "This form came from another site." in words) == (403, True)
    assert sandbox.wallet_minor() == 500_000


def test_a_wrong_wish_is_answered_in_words_and_escaped(sandbox: Control) -> None:
    status, content = post(HERE, room="clock", advance="<b>soon</b>")
    assert status == 400
    assert "&lt;b&gt;" in content
    assert "<b>" not in content
    assert post(HERE, room="nowhere")[0] == 404
