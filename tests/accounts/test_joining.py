"""Who comes into a company: its owners hear of it, and the newcomer accepts before anything is open."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, Membership, User
from accounts.roles import Role
from accounts.services.joining import NotAsked, answer, ask_to_join
from accounts.tenancy import staff_scope
from mailboxes.models import Mailbox
from tests.accounts.post import posted
from tests.accounts.staff import audit_rows, browser_of, make_admin
from tests.accounts.test_admin import customer_form, rows
from tests.shop import Shop
from tests.world import World, make_customer

PASSWORD = "pass-phrase-1"
Change = Callable[[Client, World, bool], None]


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


@pytest.fixture
def mallory(world: World) -> User:
    return User.objects.create_user("mallory@evil.example", PASSWORD)


def members_of(customer: Customer) -> list[Membership]:
    with staff_scope("test"):
        return list(Membership.objects.filter(customer=customer).order_by("pk"))


def save(rex: Client, world: World, *several: dict[str, Any]) -> None:
    """The page of Acme, with these rows over its members as they are."""
    known = [{"id": each.pk, "user": each.user_id, "role": each.role} for each in members_of(world.acme)]
    changes = {each["id"]: each for each in several if "id" in each}
    new = [each for each in several if "id" not in each]
    table = rows("memberships", *new, known=tuple({**each, **changes.get(each["id"], {})} for each in known))
    page = f"/admin/accounts/customer/{world.acme.pk}/change/"
    assert rex.post(page, customer_form(world, company="Acme", **table)).status_code == 302


def contact_of(customer: Customer) -> str:
    with staff_scope("test"):
        return Customer.objects.get(pk=customer.pk).email


def told() -> dict[str, str]:
    return {sent.to[0]: str(sent.body) for sent in posted()}


def browser(person: User) -> Client:
    client = Client(HTTP_HOST="outreach.localhost")
    client.force_login(person)
    return client


def test_the_owners_hear_of_an_owner_whom_staff_add(world: World, rex: Client, mallory: User) -> None:
    save(rex, world, {"user": mallory.pk, "role": Role.OWNER})
    mails = told()
    assert set(mails) == {world.ada.email, mallory.email, contact_of(world.acme)}
    assert "asked mallory@evil.example to join" in mails[world.ada.email]
    assert "http://outreach.localhost/account/invitations/" in mails[mallory.email]
    (row,) = audit_rows("membership.added")
    assert (row.customer, row.after["user"], row.after["role"]) == (world.acme, mallory.email, "owner")


def test_nothing_is_open_to_a_newcomer_before_they_accept(shop: Shop) -> None:
    world, rex = shop.world, browser_of(make_admin())
    mallory = User.objects.create_user("mallory@evil.example", PASSWORD)
    shop.order("first.com")
    shop.finish()
    save(rex, world, {"user": mallory.pk, "role": Role.OWNER})
    with staff_scope("test"):
        mailbox = Mailbox.objects.filter(customer=world.acme).first()
    assert mailbox is not None
    own, reveal = browser(mallory), f"/c/acme/mailboxes/{mailbox.pk}/reveal/"
    assert [own.get("/c/acme/").status_code, own.post(reveal, {"password": PASSWORD}).status_code] == [404, 404]
    assert own.get("/")["Location"] == "/account/invitations/"
    page = own.get("/account/invitations/").content.decode()
    assert "asks you to join" in page
    number = members_of(world.acme)[-1].pk
    accepted = own.post("/account/invitations/", {"invitation": number, "do": "accept"})
    assert accepted["Location"] == own.get("/")["Location"] == "/c/acme/"
    assert own.post(reveal, {"password": PASSWORD}).status_code == 200
    (row,) = audit_rows("membership.accepted")
    assert (row.customer, row.actor) == (world.acme, mallory)


def test_another_person_in_the_place_of_a_member_is_a_newcomer(world: World, rex: Client, mallory: User) -> None:
    ada = members_of(world.acme)[0]
    save(rex, world, {"id": members_of(world.acme)[1].pk, "user": mallory.pk, "role": Role.VIEWER})
    assert members_of(world.acme)[1].accepted_at is None
    assert world.ada.email in told()
    assert members_of(world.acme)[0].accepted_at == ada.accepted_at
    assert browser(mallory).get("/c/acme/").status_code == 404


def test_an_owner_whom_staff_replace_hears_of_it_and_of_who_is_asked_instead(
    world: World, rex: Client, mallory: User
) -> None:
    ada = members_of(world.acme)[0].pk
    save(rex, world, {"id": ada, "user": mallory.pk, "role": Role.OWNER})
    bodies = [str(sent.body) for sent in posted() if sent.to == [world.ada.email]]
    assert any("ada@example.com is no owner any more" in body for body in bodies)
    assert any("asked mallory@evil.example to join" in body for body in bodies)


@pytest.mark.parametrize("lost", [{"role": Role.VIEWER}, {"role": Role.OWNER, "DELETE": "on"}])
def test_an_owner_who_is_none_any_more_hears_of_it_at_once(
    world: World, rex: Client, mallory: User, lost: dict[str, Any]
) -> None:
    save(rex, world, {"id": members_of(world.acme)[0].pk, "user": world.ada.pk, **lost})
    assert "ada@example.com is no owner any more" in told()[world.ada.email]
    save(rex, world, {"user": mallory.pk, "role": Role.OWNER})
    for address in (world.ada.email, contact_of(world.acme)):
        assert "asked mallory@evil.example to join" in told()[address]


def role_of_ada(rex: Client, world: World, is_owner: bool) -> None:
    role = Role.OWNER if is_owner else Role.VIEWER
    save(rex, world, {"id": members_of(world.acme)[0].pk, "user": world.ada.pk, "role": role})


def sign_in_of_ada(rex: Client, world: World, may: bool) -> None:
    form = {"email": world.ada.email, "name": "Ada", **({"is_active": "on"} if may else {})}
    assert rex.post(f"/admin/accounts/user/{world.ada.pk}/change/", form).status_code == 302


@pytest.mark.parametrize("put", [role_of_ada, sign_in_of_ada])
@pytest.mark.parametrize("is_member", [False, True])
def test_an_owner_whom_staff_put_aside_hears_of_each_new_one_meanwhile(
    world: World, rex: Client, mallory: User, put: Change, is_member: bool
) -> None:
    if is_member:
        with staff_scope("test"):
            Membership.objects.create(customer=world.acme, user=mallory, role=Role.VIEWER)
    put(rex, world, False)
    before = len(posted())
    row = {"id": members_of(world.acme)[-1].pk} if is_member else {}
    save(rex, world, {**row, "user": mallory.pk, "role": Role.OWNER})
    heard = {sent.to[0] for sent in posted()[before:] if mallory.email in str(sent.body)}
    assert {world.ada.email, contact_of(world.acme)} <= heard
    before = len(posted())
    put(rex, world, True)
    assert contact_of(world.acme) in {sent.to[0] for sent in posted()[before:] if world.ada.email in str(sent.body)}


def test_whom_staff_let_sign_in_no_more_and_who_owns_nothing_is_not_mailed(world: World, rex: Client) -> None:
    form = {"email": world.vic.email, "name": "Vic"}
    assert rex.post(f"/admin/accounts/user/{world.vic.pk}/change/", form).status_code == 302
    assert posted() == []


def test_the_owners_hear_who_may_do_more_and_nobody_hears_who_may_do_less(world: World, rex: Client) -> None:
    vic = members_of(world.acme)[1].pk
    save(rex, world, {"id": vic, "user": world.vic.pk, "role": Role.MANAGER})
    assert "made vic@example.com manager of Acme; before, the role was viewer." in told()[world.ada.email]
    before = len(posted())
    save(rex, world, {"id": vic, "user": world.vic.pk, "role": Role.VIEWER})
    assert len(posted()) == before
    assert browser(world.vic).get("/c/acme/").status_code == 200


def test_the_other_owners_hear_that_staff_gave_a_member_another_address(world: World, rex: Client) -> None:
    form = {"email": "mallory@evil.example", "name": "Vic", "is_active": "on"}
    assert rex.post(f"/admin/accounts/user/{world.vic.pk}/change/", form).status_code == 302
    assert "Whoever signed in as vic@example.com signs in as mallory@evil.example now." in told()[world.ada.email]


def test_whoever_declines_is_none_of_the_company(world: World, rex: Client, mallory: User) -> None:
    save(rex, world, {"user": mallory.pk, "role": Role.VIEWER})
    number = members_of(world.acme)[-1].pk
    page = browser(mallory).post("/account/invitations/", {"invitation": number, "do": "decline"}, follow=True)
    assert "You declined the invitation to Acme." in page.content.decode()
    assert [each.user for each in members_of(world.acme)] == [world.ada, world.vic]
    assert len(audit_rows("membership.declined")) == 1


@pytest.mark.parametrize("text", ["", "0", "-1", "٣", "9" * 40, "x"])
def test_an_invitation_is_answered_by_whom_it_asks_and_once(
    world: World, rex: Client, mallory: User, text: str
) -> None:
    save(rex, world, {"user": mallory.pk, "role": Role.OWNER})
    number = members_of(world.acme)[-1].pk
    with pytest.raises(NotAsked):
        answer(person=world.ivy, number=number, accepts=True)
    answer(person=mallory, number=number, accepts=True)
    with pytest.raises(NotAsked):
        answer(person=mallory, number=number, accepts=False)
    page = browser(mallory).post("/account/invitations/", {"invitation": text, "do": "accept"}, follow=True)
    assert "answered already" in page.content.decode()


def set_first_password(link: str, *, host: str) -> Client:
    visitor = Client(HTTP_HOST=host)
    form = visitor.get(link.partition(".localhost")[2], follow=True).request["PATH_INFO"]
    visitor.post(form, {"password1": "quarry-lumen-42", "password2": "quarry-lumen-42"})
    return visitor


def link_in(mail: Any) -> str:
    return next(word for word in str(mail.body).split() if "/password/reset/key/" in word)


@pytest.fixture
def asked(world: World, rex: Client) -> User:
    """Of no password yet, and asked by two companies of one brand and by one of another."""
    person = User.objects.create_user("new@example.com")
    save(rex, world, {"user": person.pk, "role": Role.VIEWER})
    with staff_scope("test"):
        hooli = make_customer(brand=world.acme.brand, slug="hooli")
        for company in (hooli, world.initech):
            ask_to_join(Membership.objects.create(customer=company, user=person, role=Role.OWNER, accepted_at=None))
    return person


def accepted_by(person: User) -> list[str]:
    with staff_scope("test"):
        rows = Membership.objects.filter(user=person, accepted_at__isnull=False)
        return list(rows.values_list("customer__slug", flat=True))


@pytest.mark.parametrize(
    ("company", "host"),
    [("Acme", "outreach.localhost"), ("Hooli", "outreach.localhost"), ("Initech", "foundry.localhost")],
)
def test_a_first_password_accepts_the_invitation_whose_link_was_used_and_no_other(
    asked: User, company: str, host: str
) -> None:
    (mail,) = (each for each in posted() if each.to == [asked.email] and f"{company} is ready" in each.subject)
    set_first_password(link_in(mail), host=host)
    assert accepted_by(asked) == [company.lower()]


def test_a_first_password_by_a_link_that_names_no_company_accepts_nothing(asked: User) -> None:
    Client(HTTP_HOST="outreach.localhost").post("/account/password/reset/", {"email": asked.email})
    visitor = set_first_password(link_in(posted()[-1]), host="outreach.localhost")
    assert accepted_by(asked) == []
    visitor.post("/account/login/", {"login": asked.email, "password": "quarry-lumen-42"})
    assert visitor.get("/")["Location"] == "/account/invitations/"


def test_a_link_that_was_altered_accepts_for_no_company_of_another_brand(asked: User) -> None:
    (mail,) = (each for each in posted() if each.to == [asked.email] and "Acme is ready" in each.subject)
    set_first_password(link_in(mail).replace("=acme", "=initech"), host="outreach.localhost")
    assert accepted_by(asked) == []


def test_an_invitation_is_shown_and_answered_on_the_hosts_of_its_brand_alone(
    world: World, rex: Client, mallory: User
) -> None:
    save(rex, world, {"user": mallory.pk, "role": Role.OWNER})
    elsewhere = Client(HTTP_HOST="foundry.localhost")
    elsewhere.force_login(mallory)
    assert elsewhere.get("/")["Location"] == "/account/logout/"
    number = members_of(world.acme)[-1].pk
    page = elsewhere.post("/account/invitations/", {"invitation": number, "do": "accept"}, follow=True)
    assert "answered already" in page.content.decode()
    assert accepted_by(mallory) == []
    assert browser(mallory).get("/")["Location"] == "/account/invitations/"


def test_only_the_first_password_accepts(world: World, rex: Client, mallory: User) -> None:
    save(rex, world, {"user": mallory.pk, "role": Role.OWNER})
    browser(mallory)
    visitor = Client(HTTP_HOST="outreach.localhost")
    visitor.post("/account/password/reset/", {"email": mallory.email})
    link = next(word for word in str(posted()[-1].body).split() if "/password/reset/key/" in word)
    form = visitor.get(link, follow=True).request["PATH_INFO"]
    visitor.post(form, {"password1": "quarry-lumen-42", "password2": "quarry-lumen-42"})
    mallory.refresh_from_db()
    assert mallory.check_password("quarry-lumen-42")
    assert members_of(world.acme)[-1].accepted_at is None
