"""Who, from where, when: what the security log holds for each event, and what it never holds."""

import json
import logging
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import Customer, Membership
from accounts.tenancy import staff_scope
from reseller_portal.core.logs import make_formatter
from tests.accounts.staff import browser_of, make_admin
from tests.world import World, make_customer

PASSWORD = "pass-phrase-1"
TYPED = "a-secret-in-the-wrong-field"
AGENT = "Browser of a test"


class Kept(logging.Handler):
    """The lines as they are written."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(make_formatter())
        self.text: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.text.append(self.format(record))

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(each) for each in self.text]


@pytest.fixture
def kept() -> Iterator[Kept]:
    cache.clear()
    handler, root = Kept(), logging.getLogger()
    root.addHandler(handler)
    yield handler
    root.removeHandler(handler)


def browser() -> Client:
    return Client(HTTP_HOST="outreach.localhost", HTTP_USER_AGENT=AGENT, REMOTE_ADDR="198.51.100.7")


def signed_in(email: str) -> Client:
    client = browser()
    client.post("/account/login/", {"login": email, "password": PASSWORD})
    return client


def come_in(world: World) -> None:
    signed_in(world.ada.email)


def wrong(world: World) -> None:
    browser().post("/account/login/", {"login": world.ada.email, "password": TYPED})


def limited(world: World) -> None:
    for _ in range(7):
        wrong(world)


def out(world: World) -> None:
    signed_in(world.ada.email).post("/account/logout/")


def new_password(world: World) -> None:
    form = {"oldpassword": PASSWORD, "password1": "quarry-lumen-42", "password2": "quarry-lumen-42"}
    signed_in(world.ada.email).post("/account/password/change/", form)


def forgotten(world: World) -> None:
    browser().post("/account/password/reset/", {"email": world.ada.email})


def stranger(world: World) -> None:
    signed_in(world.ada.email).get("/c/initech/")


def too_weak(world: World) -> None:
    signed_in(world.vic.email).get("/c/acme/billing/")


def no_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True, HTTP_HOST="outreach.localhost", HTTP_USER_AGENT=AGENT)
    client.post("/theme/", {"theme": TYPED}, REMOTE_ADDR="198.51.100.7")


def forged(world: World) -> None:
    browser().post("/webhooks/upstream/", {"event": TYPED}, content_type="application/json")


EVENTS: dict[str, tuple[Callable[[World], None], str]] = {
    "sign_in.good": (come_in, "ada"),
    "sign_in.wrong": (wrong, ""),
    "sign_in.limited": (limited, ""),
    "sign_out": (out, "ada"),
    "user.password_changed": (new_password, "ada"),
    "password.reset_asked": (forgotten, ""),
    "access.unknown": (stranger, "ada"),
    "access.refused": (too_weak, "vic"),
    "csrf.refused": (no_token, ""),
    "webhook.refused": (forged, ""),
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_says_who_from_where_and_when(world: World, kept: Kept, event: str) -> None:
    act, who = EVENTS[event]
    act(world)
    line = next(each for each in kept.lines if each["event"] == event)
    assert line["logger"] == "security"
    assert (line["address"], line["agent"]) == ("198.51.100.7", AGENT)
    assert str(line["time"]).endswith("Z")
    assert len(str(line["request_id"])) == 32
    if who:
        assert line["user"] == getattr(world, who).pk


@pytest.mark.parametrize("event", EVENTS)
def test_no_line_holds_what_was_typed(world: World, kept: Kept, event: str) -> None:
    EVENTS[event][0](world)
    assert kept.text
    for secret in (TYPED, PASSWORD, "quarry-lumen-42", "sessionid", world.ada.email):
        assert secret not in "".join(kept.text)


def test_a_wrong_password_names_the_person_only_where_the_address_is_theirs(world: World, kept: Kept) -> None:
    wrong(world)
    browser().post("/account/login/", {"login": "nobody@example.com", "password": TYPED})
    told = [each.get("person") for each in kept.lines if each["event"] == "sign_in.wrong"]
    assert told == [world.ada.pk, None]


def test_an_id_of_the_proxy_is_kept_and_an_odd_one_is_not(world: World) -> None:
    assert browser().get("/account/login/", HTTP_X_REQUEST_ID="abcdef-123456")["X-Request-ID"] == "abcdef-123456"
    assert '"' not in browser().get("/account/login/", HTTP_X_REQUEST_ID='x"y')["X-Request-ID"]


def test_a_line_of_a_page_names_user_and_company(world: World, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(world.ada.email)
    log = logging.getLogger("billing")

    def say(**_: object) -> list[object]:
        log.warning("seen")
        return []

    monkeypatch.setattr("mailboxes.views.overview.recent_activity", say)
    client.get("/c/acme/")
    line = next(each for each in kept.lines if each["event"] == "seen")
    assert (line["user"], line["company"]) == (world.ada.pk, "acme")


def test_a_part_without_a_session_sends_the_whole_page_to_sign_in_and_back(world: World) -> None:
    page = "http://outreach.localhost/c/acme/orders/?state=working"
    answer = browser().get("/c/acme/orders/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=page)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["HX-Redirect"] == "/account/login/?next=%2Fc%2Facme%2Forders%2F%3Fstate%3Dworking"


def test_a_part_leads_back_to_no_other_host(world: World) -> None:
    page = "https://evil.example/c/acme/"
    answer = browser().get("/c/acme/", HTTP_HX_REQUEST="true", HTTP_HX_CURRENT_URL=page)
    assert answer["HX-Redirect"] == "/account/login/?next=%2F"


def test_a_part_of_a_company_that_was_left_reads_the_page_anew(world: World) -> None:
    answer = signed_in(world.ada.email).get("/c/initech/", HTTP_HX_REQUEST="true")
    assert (answer.status_code, answer["HX-Refresh"]) == (404, "true")


def test_people_of_a_suspended_company_read_why_and_whom_to_ask(world: World) -> None:
    client = signed_in(world.ada.email)
    with staff_scope("test"):
        Customer.objects.filter(pk=world.acme.pk).update(state="suspended")
    for path in ("/", "/c/acme/", "/c/acme/orders/"):
        page = client.get(path)
        assert page.status_code == 403
        assert "Acme is suspended" in page.content.decode()
        assert "help@outreach.localhost" in page.content.decode()
    assert client.get("/c/initech/").status_code == 404


def test_a_part_or_a_form_of_a_suspended_company_leads_to_the_page_that_says_so(world: World) -> None:
    client = signed_in(world.ada.email)
    with staff_scope("test"):
        Customer.objects.filter(pk=world.acme.pk).update(state="suspended")
    for method, headers in (
        ("get", {}),
        ("post", {}),
        ("get", {"HX-Request": "true"}),
        ("post", {"HX-Request": "true"}),
    ):
        answer = getattr(client, method)("/c/acme/domains/find/", headers=headers)
        assert (answer.status_code, "HX-Refresh" in answer.headers) == (403, bool(headers))
        assert "Acme is suspended" in answer.content.decode()
    answer = client.get("/c/acme/domains/", headers={"Accept": "application/json"})
    assert "help@outreach.localhost" in answer.content.decode()


def test_who_has_another_company_goes_on_there(world: World) -> None:
    with staff_scope("test"):
        other = make_customer(brand=world.acme.brand, slug="globex")
        Membership.objects.create(customer=other, user=world.ada, role="viewer")
        Customer.objects.filter(pk=world.acme.pk).update(state="suspended")
    client = signed_in(world.ada.email)
    assert client.get("/")["Location"] == "/c/globex/"
    page = client.get("/c/acme/").content.decode()
    assert "Acme is suspended" in page
    assert 'href="/c/globex/"' in page


def test_a_second_tab_with_an_old_token_leads_home_and_an_old_form_keeps_the_address(world: World) -> None:
    client = Client(enforce_csrf_checks=True, HTTP_HOST="outreach.localhost")
    client.get("/account/login/")
    form = {"login": world.ada.email, "password": PASSWORD, "csrfmiddlewaretoken": "x" * 64}
    assert client.post("/account/login/", form)["Location"] == "/account/login/"
    page = client.get("/account/login/").content.decode()
    assert f'value="{world.ada.email}"' in page
    client.force_login(world.ada)
    assert client.post("/account/login/", form)["Location"] == "/"


def test_what_staff_are_refused_is_logged_too(world: World, kept: Kept) -> None:
    browser_of(world.ada).get("/admin/", REMOTE_ADDR="198.51.100.7", follow=True)
    assert any(each["event"] == "access.refused" for each in kept.lines)
    assert browser_of(make_admin()).get("/admin/").status_code == 200


def test_no_line_holds_a_key_of_a_link(world: World, kept: Kept) -> None:
    key = "MTphZGFAZXhhbXBsZS5jb20:1sXyz:signature"
    for path in (
        f"/account/confirm-email/{key}/",
        f"/account/password/reset/key/1-{key}/",
        f"/account/confirm-email/{key}",
    ):
        client = Client(enforce_csrf_checks=True, HTTP_HOST="outreach.localhost")
        client.post(path, {"x": "1"}, REMOTE_ADDR="198.51.100.7")
        logging.getLogger("django.request").error("Internal Server Error: %s", path)
    assert any("/account/confirm-email/…" in each for each in kept.text)
    assert key not in "".join(kept.text)
