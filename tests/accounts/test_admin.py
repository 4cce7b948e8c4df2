"""Staff see every customer, change only what they may, and leave a row for it."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.test import Client

from accounts import staff_groups
from accounts.admin_site import OUR_PACKAGES
from accounts.models import Brand, Customer, Membership, User
from accounts.roles import Role
from accounts.tenancy import staff_scope
from tests.accounts.post import posted
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_member_of, make_support
from tests.world import World

PAGES = [
    *("", "accounts/customer/", "accounts/user/", "accounts/brand/", "accounts/auditentry/", "webhooks/event/"),
    *("mirror/drift/", "mirror/survey/", "mirror/survey/adoption/"),
]
CONTACT = {
    "company": "Globex",
    "slug": "globex",
    "state": "active",
    "email": "gil@globex.example",
    "first_name": "Gil",
    "last_name": "Berg",
    "country": "GB",
    "region": "Yorkshire",
    "city": "Leeds",
    "address_line_one": "2 Mill Lane",
    "postal_code": "LS1 1AA",
    "phone_cc": "+44",
    "language": "en",
    "phone": "113 555 0198",
}


@pytest.fixture
def rex(world: World) -> Client:
    return browser_of(make_admin())


@pytest.fixture
def sam(world: World) -> Client:
    return browser_of(make_support())


def customer_form(world: World, **changes: Any) -> dict[str, Any]:
    return {**CONTACT, "brand": world.acme.brand_id, **rows("memberships"), **changes}


def rows(prefix: str, *new: dict[str, Any], known: tuple[dict[str, Any], ...] = ()) -> dict[str, Any]:
    """The fields of an inline: rows that are there, then new ones."""
    filled = {"TOTAL_FORMS": len(known) + len(new), "INITIAL_FORMS": len(known)}
    form: dict[str, Any] = {f"{prefix}-{name}": value for name, value in filled.items()}
    for number, row in enumerate([*known, *new]):
        form |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return form


def brand_form(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Third Mail",
        "slug": "third",
        "colour": "#A03070",
        "mark": "T",
        "sender": "no-reply@third.example",
        "support_email": "help@third.example",
        **rows("hosts", {"host": "Mail.Third.Example"}),
        **changes,
    }


def messages_of(response: Any) -> dict[str, list[str]]:
    return dict(response.context["adminform"].form.errors)


@pytest.mark.parametrize("page", PAGES)
def test_a_visitor_is_sent_to_the_sign_in_of_everybody(world: World, page: str) -> None:
    response = Client().get(f"/admin/{page}", follow=True)
    assert response.redirect_chain[-1][0].startswith("/account/login/?next=%2Fadmin")


@pytest.mark.parametrize("page", PAGES)
def test_an_owner_who_is_no_staff_is_refused(world: World, page: str) -> None:
    assert browser_of(world.ada).get(f"/admin/{page}", follow=True).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_staff_may_look_at_every_page(rex: Client, sam: Client, page: str) -> None:
    assert {rex.get(f"/admin/{page}").status_code, sam.get(f"/admin/{page}").status_code} == {200}


def test_staff_see_customers_of_every_tenant(rex: Client, sam: Client) -> None:
    for browser in (rex, sam):
        text = browser.get("/admin/accounts/customer/").content.decode()
        assert "Acme" in text
        assert "Initech" in text


@pytest.mark.parametrize(("words", "found"), [("initech", "Initech"), ("hello@acme", "Acme")])
def test_a_customer_is_found_by_name_or_address(rex: Client, words: str, found: str) -> None:
    text = rex.get("/admin/accounts/customer/", {"q": words}).content.decode()
    assert found in text
    assert {"Acme", "Initech"} - {found} == {name for name in ("Acme", "Initech") if f">{name}</a>" not in text}


def test_support_changes_nothing(world: World, sam: Client) -> None:
    paths = [
        f"customer/{world.acme.pk}/change/",
        f"user/{world.ada.pk}/change/",
        f"user/{world.ada.pk}/link/",
        f"brand/{world.acme.brand_id}/change/",
        *("customer/add/", "user/add/", "brand/add/"),
    ]
    for path in paths:
        assert sam.post(f"/admin/accounts/{path}", customer_form(world)).status_code == 403, path


def test_support_sees_a_customer_without_a_way_to_save(world: World, sam: Client) -> None:
    text = sam.get(f"/admin/accounts/customer/{world.acme.pk}/change/").content.decode()
    assert "97204" in text
    assert 'name="_save"' not in text


def test_the_group_admin_changes_what_support_only_sees(world: World) -> None:
    browser = browser_of(make_member_of(staff_groups.ADMIN))
    assert browser.post("/admin/accounts/customer/add/", customer_form(world)).status_code == 302


def test_who_may_do_everything_is_changed_by_their_like_only(world: World) -> None:
    chief = make_admin()
    browser = browser_of(make_member_of(staff_groups.ADMIN))
    for path in ("change", "link"):
        assert browser.post(f"/admin/accounts/user/{chief.pk}/{path}/", {}).status_code == 403


def test_a_new_customer_is_made_with_its_owner_and_audited(world: World, rex: Client) -> None:
    owner = rows("memberships", {"user": world.ivy.pk, "role": Role.OWNER})
    assert rex.post("/admin/accounts/customer/add/", customer_form(world, **owner)).status_code == 302
    with staff_scope("test"):
        globex = Customer.objects.get(slug="globex")
        assert Membership.objects.get(customer=globex).user == world.ivy
    assert (globex.phone_cc, globex.phone, globex.upstream_id) == ("44", "1135550198", "")
    (made,), (joined,) = audit_rows("customer.created"), audit_rows("membership.added")
    assert (made.customer, made.actor_label, made.before, made.after["brand"]) == (globex, "Rex", {}, "Outreach Cloud")
    assert (joined.customer, joined.after["role"], joined.after["user"]) == (globex, "owner", world.ivy.email)


def test_a_change_is_audited_with_what_was_before(world: World, rex: Client) -> None:
    with staff_scope("test"):
        ada, vic = Membership.objects.filter(customer=world.acme).order_by("pk")
    known = (
        {"id": ada.pk, "user": ada.user_id, "role": Role.MANAGER},
        {"id": vic.pk, "user": vic.user_id, "role": Role.VIEWER, "DELETE": "on"},
    )
    form = customer_form(world, state="suspended", **rows("memberships", known=known))
    assert rex.post(f"/admin/accounts/customer/{world.acme.pk}/change/", form).status_code == 302
    (changed,), (role,), (gone,) = map(audit_rows, ("customer.changed", "membership.changed", "membership.removed"))
    assert (changed.before["state"], changed.after["state"]) == ("active", "suspended")
    assert (role.before, role.after) == ({"role": "owner"}, {"role": "manager"})
    assert (gone.subject_id, gone.before["user"], gone.customer) == (str(vic.pk), world.vic.email, world.acme)
    with staff_scope("test"):
        assert Membership.objects.filter(customer=world.acme).count() == 1


def test_saving_without_a_change_leaves_no_row(world: World, rex: Client) -> None:
    form = customer_form(world)
    rex.post("/admin/accounts/customer/add/", form)
    with staff_scope("test"):
        globex = Customer.objects.get(slug="globex")
    same = customer_form(world, phone_cc="44", phone="1135550198")
    assert rex.post(f"/admin/accounts/customer/{globex.pk}/change/", same).status_code == 302
    assert audit_rows("customer.changed") == []


def test_the_address_and_the_upstream_user_of_a_customer_stay(world: World, rex: Client) -> None:
    form = customer_form(world, slug="other", upstream_id="STOLEN")
    rex.post(f"/admin/accounts/customer/{world.acme.pk}/change/", form)
    with staff_scope("test"):
        world.acme.refresh_from_db()
    assert (world.acme.slug, world.acme.upstream_id, world.acme.company) == ("acme", "", "Globex")


@pytest.mark.parametrize("sign", ["\u200b", "\u202e", "\u00ad", "\n"])
def test_a_name_with_a_sign_that_nobody_sees_is_refused(world: World, rex: Client, sign: str) -> None:
    answer = rex.post("/admin/accounts/customer/add/", customer_form(world, company=f"Glo{sign}bex"))
    assert list(messages_of(answer)) == ["company"]
    assert list(messages_of(rex.post("/admin/accounts/brand/add/", brand_form(name=f"Thi{sign}rd")))) == ["name"]


@pytest.mark.parametrize(
    ("field", "value"), [("country", "XX"), ("phone_cc", "four"), ("phone", ""), ("email", "gil"), ("slug", "acme")]
)
def test_a_contact_record_that_the_upstream_would_refuse_is_refused(
    world: World, rex: Client, field: str, value: str
) -> None:
    response = rex.post("/admin/accounts/customer/add/", customer_form(world, **{field: value}))
    assert list(messages_of(response)) == [field]


def test_nothing_is_deleted(world: World, rex: Client) -> None:
    for path in (f"customer/{world.acme.pk}", f"user/{world.ada.pk}", f"brand/{world.acme.brand_id}"):
        assert rex.post(f"/admin/accounts/{path}/delete/", {"post": "yes"}).status_code == 403


def test_a_person_is_made_without_a_password_that_staff_know(world: World, rex: Client) -> None:
    form = {"email": "Gil@Globex.example", "name": "Gil", "password1": "moon-river-42", "password2": "moon-river-42"}
    assert rex.post("/admin/accounts/user/add/", form).status_code == 302
    gil = User.objects.get(email="gil@globex.example")
    assert not gil.has_usable_password()
    assert not Client().login(email="gil@globex.example", password="moon-river-42")
    (made,) = audit_rows("user.created")
    assert made.after["email"] == "gil@globex.example"
    assert "moon-river-42" not in str(made.after)


def test_two_spellings_of_an_address_are_one_person(world: World, rex: Client) -> None:
    form = {"email": "ADA@example.com", "name": ""}
    assert list(messages_of(rex.post("/admin/accounts/user/add/", form))) == ["email"]


def test_an_address_that_somebody_proved_is_given_to_nobody_else(world: World, rex: Client) -> None:
    EmailAddress.objects.create(user=world.ada, email="ada@home.example", verified=True)
    assert list(messages_of(rex.post("/admin/accounts/user/add/", {"email": "Ada@home.example"}))) == ["email"]


@pytest.mark.parametrize("path", ["password/", "password"])
def test_nobody_sets_the_password_of_another(world: World, rex: Client, path: str) -> None:
    form = {"password1": "moon-river-42", "password2": "moon-river-42", "usable_password": "true"}
    rex.post(f"/admin/accounts/user/{world.ada.pk}/{path}", form)
    assert Client().login(email=world.ada.email, password="pass-phrase-1")


def test_a_link_to_set_a_password_goes_to_the_person_and_stands_in_the_log_of_their_company(
    world: World, rex: Client
) -> None:
    posted().clear()
    assert rex.post(f"/admin/accounts/user/{world.ada.pk}/link/").status_code == 302
    assert posted()[0].to == [world.ada.email]
    (row,) = audit_rows("user.password_link_sent")
    assert (row.subject_label, row.actor_label, row.customer) == (world.ada.email, "Rex", world.acme)


def test_no_page_of_a_person_shows_the_password_hash(world: World, rex: Client, sam: Client) -> None:
    for browser in (rex, sam):
        text = browser.get(f"/admin/accounts/user/{world.ada.pk}/change/").content.decode()
        assert world.ada.password.split("$")[-1] not in text


def test_an_old_address_opens_nothing_after_a_change(world: World, rex: Client) -> None:
    form = {"email": "ada@acme.example", "name": "Ada", "is_active": "on"}
    assert rex.post(f"/admin/accounts/user/{world.ada.pk}/change/", form).status_code == 302
    (address,) = EmailAddress.objects.filter(user=world.ada)
    assert (address.email, address.primary, address.verified) == ("ada@acme.example", True, False)
    (told,) = audit_rows("user.address_changed")
    assert (told.customer, told.actor_label) == (world.acme, "Rex")
    assert ["ada@example.com"] in [each.to for each in posted()]
    assert not Client().login(email="ada@example.com", password="pass-phrase-1")
    assert Client().login(email="ada@acme.example", password="pass-phrase-1")
    (row,) = audit_rows("user.changed")
    assert (row.before["email"], row.after["email"]) == ("ada@example.com", "ada@acme.example")


def test_a_person_who_is_not_active_is_out_at_once(world: World, rex: Client) -> None:
    browser = browser_of(world.ada)
    rex.post(f"/admin/accounts/user/{world.ada.pk}/change/", {"email": world.ada.email, "name": "Ada"})
    assert User.objects.get(pk=world.ada.pk).is_active is False
    assert browser.get("/").url == "/account/login/"  # type: ignore[attr-defined]  # a redirect


def test_a_brand_is_made_with_its_hosts_and_audited(world: World, rex: Client) -> None:
    assert rex.post("/admin/accounts/brand/add/", brand_form()).status_code == 302
    brand = Brand.objects.get(slug="third")
    assert (brand.colour, brand.hosts.get().host) == ("#a03070", "mail.third.example")
    assert [len(audit_rows(action)) for action in ("brand.created", "brand_host.added")] == [1, 1]


@pytest.mark.parametrize(("field", "value"), [("colour", "red"), ("is_default", "on")])
def test_a_brand_that_cannot_be_is_refused(world: World, rex: Client, field: str, value: str) -> None:
    response = rex.post("/admin/accounts/brand/add/", brand_form(**{field: value}))
    assert response.status_code == 200
    assert not Brand.objects.filter(slug="third").exists()


@pytest.mark.parametrize(
    "host", ["https://mail.example", "mail example", "-mail.example", "outreach.localhost", "a..b"]
)
def test_a_host_is_a_name_that_no_other_brand_has(world: World, rex: Client, host: str) -> None:
    assert rex.post("/admin/accounts/brand/add/", brand_form(**rows("hosts", {"host": host}))).status_code == 200
    assert not Brand.objects.filter(slug="third").exists()


def test_a_colour_is_shown_as_a_picture_and_not_as_a_style(world: World, rex: Client) -> None:
    text = rex.get("/admin/accounts/brand/").content.decode()
    assert 'src="/admin/accounts/brand/swatch/0b6b74.svg"' in text
    picture = rex.get("/admin/accounts/brand/swatch/0b6b74.svg")
    assert (picture["Content-Type"], b'fill="#0b6b74"' in picture.content) == ("image/svg+xml", True)
    assert rex.get("/admin/accounts/brand/swatch/%22onload.svg", follow=True).headers["Content-Type"] != "image/svg+xml"


def test_the_audit_trail_is_shown_and_never_changed(world: World, rex: Client) -> None:
    rex.post("/admin/accounts/customer/add/", customer_form(world))
    (entry,) = audit_rows("customer.created")
    page = f"/admin/accounts/auditentry/{entry.pk}/change/"
    assert "Yorkshire" in rex.get(page).content.decode()
    assert rex.post(page, {"action": "nothing.happened"}).status_code == 403
    assert rex.get("/admin/accounts/auditentry/add/").status_code == 403
    assert (
        "Rex opened the account of Globex" in rex.get("/admin/accounts/auditentry/", {"q": "globex"}).content.decode()
    )


def test_pages_of_other_packages_are_not_shown(world: World) -> None:
    foreign = [
        model for model, page in admin.site._registry.items() if type(page).__module__.split(".")[0] not in OUR_PACKAGES
    ]
    assert foreign == []
    assert EmailAddress not in admin.site._registry


@pytest.mark.parametrize("page", [page for page in PAGES if page])
def test_no_page_of_the_admin_has_inline_script_or_style(world: World, rex: Client, page: str) -> None:
    text = rex.get(f"/admin/{page}").content.decode()
    assert " style=" not in text
    assert "<style" not in text
    assert "<script>" not in text
