"""Owners for customers that have none: made or tied, told in the brand's name, once, and let in by their link."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.audit import record_by_staff
from accounts.brands import ink_on
from accounts.models import BrandHost, Customer, Mail, Membership, User
from accounts.roles import Role
from accounts.services import inviting
from accounts.services.inviting import CannotInvite, invite_owner, invite_owners
from accounts.tenancy import staff_scope
from tests.accounts.post import posted
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_support
from tests.world import World, make_customer

PASSWORD = "quarry-lumen-42"


@pytest.fixture
def rex(world: World) -> User:
    return make_admin()


@pytest.fixture
def globex(world: World) -> Customer:
    """A customer of the second brand whom nobody owns, as after an adoption."""
    with staff_scope("test"):
        return make_customer(brand=world.initech.brand, slug="globex")


def invite(rex: User, customer: Customer) -> str:
    with staff_scope("test"):
        return invite_owner(user=rex, customer=customer)


def change(customer: Customer, **values: Any) -> None:
    with staff_scope("test"):
        Customer.objects.filter(pk=customer.pk).update(**values)


def owners_of(customer: Customer) -> list[str]:
    with staff_scope("test"):
        rows = Membership.objects.filter(customer=customer, role=Role.OWNER)
        return sorted(rows.values_list("user__email", flat=True))


def letter(number: int = -1) -> EmailMultiAlternatives:
    found = posted()[number]
    assert isinstance(found, EmailMultiAlternatives)
    return found


def link_in(text: str) -> str:
    """The path of the link to set a password."""
    found = re.search(r"http://foundry\.localhost(/account/password/reset/key/\S+?)[\s\"<]", text)
    assert found
    return found[1]


def html_of(message: EmailMultiAlternatives) -> str:
    return str(message.alternatives[0][0])


def test_the_contact_person_becomes_the_owner_without_a_password(globex: Customer, rex: User) -> None:
    assert invite(rex, globex) == "hello@globex.example was made the owner and sent a link to set a password."
    assert owners_of(globex) == ["hello@globex.example"]
    person = User.objects.get(email="hello@globex.example")
    assert (person.name, person.has_usable_password(), person.is_staff) == ("Ada Lind", False, False)
    address = EmailAddress.objects.get(user=person)
    # The link that was sent proves it, when it is used.
    assert (address.email, address.verified, address.primary) == (person.email, False, True)


def test_the_e_mail_comes_from_the_brand_and_leads_to_its_host(globex: Customer, rex: User) -> None:
    invite(rex, globex)
    sent = letter()
    assert sent.from_email == "Inbox Foundry <no-reply@foundry.localhost>"
    assert (sent.to, sent.reply_to) == (["hello@globex.example"], ["help@foundry.localhost"])
    assert sent.subject == "Inbox Foundry: Globex is ready for you"
    html = html_of(sent)
    assert link_in(str(sent.body)) == link_in(html)
    for text in (str(sent.body), html):
        assert "Outreach" not in text
        assert set(re.findall(r"http://([^/\"\s]+)", text)) == {"foundry.localhost"}


def test_the_link_sets_a_password_and_lets_in(globex: Customer, rex: User) -> None:
    invite(rex, globex)
    browser = Client(HTTP_HOST="foundry.localhost")
    form = browser.get(link_in(str(letter().body)), follow=True)
    assert "New password" in form.content.decode()
    done = browser.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert done.status_code == 302
    assert EmailAddress.objects.get(email="hello@globex.example").verified
    browser.post("/account/login/", {"login": "hello@globex.example", "password": PASSWORD})
    assert browser.get("/c/globex/").status_code == 200
    assert browser.get("/c/acme/").status_code == 404
    anew = Client(HTTP_HOST="foundry.localhost")
    again = anew.get(link_in(str(letter(0).body)), follow=True)
    assert "does not work any more" in again.content.decode()


def test_a_person_with_a_password_is_told_and_sent_no_link(world: World, globex: Customer, rex: User) -> None:
    change(globex, email="ADA@example.com")
    assert invite(rex, globex) == "ada@example.com was asked to be the owner."
    sent = letter()
    for text in (str(sent.body), html_of(sent)):
        assert "/password/" not in text
        assert "http://foundry.localhost/account/invitations/" in text
    assert owners_of(globex) == ["ada@example.com"]
    assert Client().login(email="ada@example.com", password="pass-phrase-1")


def test_a_person_is_found_by_any_address_that_they_confirmed(world: World, globex: Customer, rex: User) -> None:
    EmailAddress.objects.create(user=world.ada, email="hello@globex.example", verified=True)
    invite(rex, globex)
    assert owners_of(globex) == ["ada@example.com"]


def test_an_address_that_was_only_claimed_gives_nobody_a_company(world: World, globex: Customer, rex: User) -> None:
    User.objects.filter(pk=world.vic.pk).update(email="hello@globex.example")
    EmailAddress.objects.filter(user=world.vic).update(email="hello@globex.example", verified=False)
    with pytest.raises(CannotInvite, match="not confirmed"):
        invite(rex, globex)
    assert owners_of(globex) == []


def test_a_viewer_who_is_the_contact_person_rises_to_owner(world: World, rex: User) -> None:
    with staff_scope("test"):
        Membership.objects.filter(customer=world.acme, user=world.ada).delete()
    change(world.acme, email="vic@example.com")
    invite(rex, world.acme)
    assert owners_of(world.acme) == ["vic@example.com"]
    (row,) = audit_rows("membership.changed")
    assert (row.before, row.after["role"]) == ({"role": "viewer"}, "owner")


def test_every_step_is_audited_for_the_customer(globex: Customer, rex: User) -> None:
    invite(rex, globex)
    rows = [audit_rows(action) for action in ("user.created", "membership.added", "owner.invited")]
    assert [(row.customer, row.actor_label) for (row,) in rows] == [(globex, "Rex")] * 3
    assert rows[2][0].after == {"email": "hello@globex.example", "sent": "link"}
    assert link_in(str(letter().body)) not in str([row.after for (row,) in rows])


def test_who_has_an_owner_keeps_it_and_nobody_is_written_to(world: World, rex: User) -> None:
    with pytest.raises(CannotInvite, match=r"has an owner: ada@example\.com"):
        invite(rex, world.acme)
    assert posted() == []


def test_a_second_press_changes_nothing_and_sends_nothing(globex: Customer, rex: User) -> None:
    invite(rex, globex)
    with pytest.raises(CannotInvite, match="some minutes ago"):
        invite(rex, globex)
    assert (len(posted()), User.objects.filter(email="hello@globex.example").count()) == (1, 1)


def test_whoever_has_not_come_is_sent_another_link_later(globex: Customer, rex: User, monkeypatch: Any) -> None:
    invite(rex, globex)
    monkeypatch.setattr("accounts.services.inviting.JUST_NOW", timedelta())
    assert invite(rex, globex) == "hello@globex.example was sent another link."
    assert len(posted()) == 2
    assert owners_of(globex) == ["hello@globex.example"]


@pytest.mark.parametrize(
    ("values", "words"),
    [({"email": "nobody"}, "no e-mail address"), ({"email": ""}, "no e-mail"), ({"state": "suspended"}, "suspended")],
)
def test_who_cannot_be_written_to_is_left_alone(
    globex: Customer, rex: User, values: dict[str, str], words: str
) -> None:
    change(globex, **values)
    with pytest.raises(CannotInvite, match=words):
        invite(rex, globex)
    assert (posted(), owners_of(globex)) == ([], [])


@pytest.mark.parametrize(
    ("values", "words"), [({"is_staff": True}, "member of staff"), ({"is_active": False}, "not active")]
)
def test_some_people_are_no_owners(globex: Customer, rex: User, values: dict[str, bool], words: str) -> None:
    User.objects.create_user("hello@globex.example", "pass-phrase-1", **values)
    with pytest.raises(CannotInvite, match=words):
        invite(rex, globex)
    assert owners_of(globex) == []


def test_a_fault_at_the_second_customer_leaves_the_first_whole(
    world: World, globex: Customer, rex: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    with staff_scope("test"):
        other = make_customer(brand=world.initech.brand, slug="hooli")
    record = record_by_staff

    def break_at_the_second(**told: Any) -> Any:
        if told["customer"] == other and told["action"] == "owner.invited":
            raise ZeroDivisionError
        return record(**told)

    monkeypatch.setattr(inviting, "record_by_staff", break_at_the_second)
    with staff_scope("test"):
        outcomes = invite_owners(user=rex, customers=[globex, other])
    assert [each.is_done for each in outcomes] == [True, False]
    assert (owners_of(globex), owners_of(other)) == (["hello@globex.example"], [])
    assert [sent.to for sent in posted()] == [["hello@globex.example"]]


def test_an_invitation_stores_no_link_and_holds_up_nothing_of_the_customer(globex: Customer, rex: User) -> None:
    with CaptureQueriesContext(connection) as seen:
        invite(rex, globex)
    locks = [
        each["sql"] for each in seen.captured_queries if "FOR UPDATE" in each["sql"] or "FOR NO KEY" in each["sql"]
    ]
    assert [sql for sql in locks if "accounts_customer" in sql and "FOR NO KEY UPDATE" not in sql] == []
    with staff_scope("test"):
        (row,) = Mail.objects.values()
    assert "/password/" not in str(row)
    assert "/password/" in str(letter().body)


def test_a_brand_without_a_host_has_no_page_to_lead_to(globex: Customer, rex: User) -> None:
    BrandHost.objects.filter(brand=globex.brand).delete()
    with staff_scope("test"):
        (outcome,) = invite_owners(user=rex, customers=[globex])
    assert not outcome.is_done
    assert "Inbox Foundry has no host name yet" in outcome.sentence
    assert owners_of(globex) == []


def test_two_customers_of_one_person_get_one_person(world: World, globex: Customer, rex: User) -> None:
    with staff_scope("test"):
        other = make_customer(brand=world.acme.brand, slug="hooli")
        Customer.objects.filter(pk=other.pk).update(email="Hello@Globex.example")
        outcomes = invite_owners(user=rex, customers=[globex, other])
    assert [each.is_done for each in outcomes] == [True, True]
    assert owners_of(globex) == owners_of(other) == ["hello@globex.example"]
    assert [sent.from_email.partition(" <")[0] for sent in posted()] == ["Inbox Foundry", "Outreach Cloud"]


def test_names_of_others_make_no_header_and_no_markup(globex: Customer, rex: User) -> None:
    change(globex, company="Evil\nBcc: x@example.com <b>", first_name="<i>Ada</i>")
    invite(rex, globex)
    sent = letter()
    assert "\n" not in sent.subject
    assert "<i>Ada" not in html_of(sent)
    assert "<b>" not in html_of(sent)
    assert sent.message()["Bcc"] is None


@pytest.mark.parametrize(("colour", "ink"), [("#0b6b74", "#ffffff"), ("#ffd400", "#000000"), ("#7a3fb0", "#ffffff")])
def test_the_button_of_an_e_mail_can_be_read_on_any_colour(colour: str, ink: str) -> None:
    assert ink_on(colour) == ink


def test_staff_invite_many_from_the_list_and_hear_of_each(world: World, globex: Customer, rex: User) -> None:
    chosen = {"action": "invite", "_selected_action": [world.acme.pk, globex.pk]}
    page = browser_of(rex).post("/admin/accounts/customer/", chosen, follow=True).content.decode()
    assert "Globex: hello@globex.example was made the owner" in page
    assert "Acme: has an owner: ada@example.com." in page


def test_the_list_tells_who_lacks_an_owner(world: World, globex: Customer, rex: User) -> None:
    browser = browser_of(rex)

    def found(owner: str) -> list[str]:
        page = browser.get("/admin/accounts/customer/", {"owner": owner}).content.decode()
        return [name for name in ("Acme", "Globex", "Initech") if f">{name}</a>" in page]

    assert (found("none"), found("invited"), found("there")) == (["Globex"], [], ["Acme", "Initech"])
    invite(rex, globex)
    assert (found("none"), found("invited"), found("there")) == ([], ["Globex"], ["Acme", "Initech"])


def test_the_page_of_a_customer_offers_it_until_somebody_signs_in(world: World, globex: Customer, rex: User) -> None:
    browser = browser_of(rex)

    def page_of(customer: Customer) -> str:
        return browser.get(f"/admin/accounts/customer/{customer.pk}/change/").content.decode()

    assert "Invite the owner" in page_of(globex)
    assert "Invite the owner" not in page_of(world.acme)
    answer = browser.post(f"/admin/accounts/customer/{globex.pk}/invite/", follow=True)
    assert "was made the owner" in answer.content.decode()
    assert owners_of(globex) == ["hello@globex.example"]


def test_support_invites_nobody(world: World, globex: Customer, rex: User) -> None:
    sam = browser_of(make_support())
    assert "Invite the owner" not in sam.get(f"/admin/accounts/customer/{globex.pk}/change/").content.decode()
    assert sam.post(f"/admin/accounts/customer/{globex.pk}/invite/").status_code == 403
    sam.post("/admin/accounts/customer/", {"action": "invite", "_selected_action": [globex.pk]})
    assert owners_of(globex) == []
