"""Who lost the device of the second step comes back by staff and by their own mail, and not unseen."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core.cache import cache
from django.test import Client

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.tenancy import staff_scope
from tests.accounts.post import posted
from tests.accounts.staff import audit_rows, browser_of, make_admin, make_member_of, make_support
from tests.accounts.test_second_step import HOST, PASSWORD, enrolled, signed_in
from tests.world import World

REASON = {"reason": "Called back on the number of the contract"}


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    cache.clear()


def page_of(person: User) -> str:
    return f"/admin/accounts/user/{person.pk}/second-step/"


def take_off(person: User, *, by: User) -> int:
    return browser_of(by).post(page_of(person), REASON).status_code


def letters_to(address: str) -> list[str]:
    return [f"{each.subject}\n{each.body}" for each in posted() if each.to == [address]]


def test_the_person_comes_back_by_their_own_mail_and_nobody_by_the_old_password(world: World) -> None:
    inside = signed_in(world)
    enrolled(inside)
    posted().clear()
    assert take_off(world.ada, by=make_admin()) == 302
    assert inside.get("/c/acme/").status_code == 302
    visitor = Client(HTTP_HOST=HOST)
    visitor.post("/account/login/", {"login": world.ada.email, "password": PASSWORD})
    assert visitor.get("/c/acme/").status_code == 302
    told, link = letters_to(world.ada.email)
    assert "took the second step off your account" in told
    url = next(word for word in link.split() if "/password/reset/key/" in word)
    form = visitor.get(url, follow=True).request["PATH_INFO"]
    visitor.post(form, {"password1": "quarry-lumen-42", "password2": "quarry-lumen-42"})
    visitor.post("/account/login/", {"login": world.ada.email, "password": "quarry-lumen-42"})
    assert visitor.get("/c/acme/").status_code == 200


def test_the_reason_stands_in_the_trail_and_the_other_owners_are_told(world: World) -> None:
    enrolled(signed_in(world))
    with staff_scope("test: two owners"):
        Membership.objects.filter(user=world.vic).update(role=Role.OWNER)
    posted().clear()
    take_off(world.ada, by=make_admin())
    (row,) = audit_rows("user.second_step_taken_off")
    assert (row.customer, row.actor_label, row.after) == (world.acme, "Rex", REASON)
    (letter,) = letters_to(world.vic.email)
    assert "took the second step off the account of ada@example.com at Acme" in letter


def test_without_a_reason_nothing_is_taken_off(world: World) -> None:
    enrolled(signed_in(world))
    assert browser_of(make_admin()).post(page_of(world.ada), {"reason": " "}).status_code == 422
    assert Authenticator.objects.filter(user=world.ada).exists()


def test_it_needs_a_permission_of_its_own_and_is_done_to_others_only(world: World) -> None:
    enrolled(signed_in(world))
    changer = make_support()
    changer.user_permissions.add(Permission.objects.get(codename="change_user"))
    assert take_off(world.ada, by=changer) == 403
    assert "second-step" not in browser_of(changer).get(f"/admin/accounts/user/{world.ada.pk}/change/").content.decode()
    root, admin = make_admin(), make_member_of("Admin")
    for person in (root, admin):
        Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": ""})
        assert take_off(person, by=person) == 403
    assert take_off(root, by=admin) == 403
    assert "second-step" in browser_of(admin).get(f"/admin/accounts/user/{world.ada.pk}/change/").content.decode()
    assert take_off(world.ada, by=admin) == 302
    assert not Authenticator.objects.filter(user=world.ada).exists()


def test_where_there_is_none_the_password_stays(world: World) -> None:
    assert take_off(world.ada, by=make_admin()) == 302
    assert User.objects.get(pk=world.ada.pk).check_password(PASSWORD)
    assert not posted()


def test_the_other_owners_hear_that_somebody_may_sign_in_again(world: World) -> None:
    User.objects.filter(pk=world.vic.pk).update(is_active=False)
    form = {"email": world.vic.email, "name": "Vic", "is_active": "on"}
    assert browser_of(make_admin()).post(f"/admin/accounts/user/{world.vic.pk}/change/", form).status_code == 302
    (letter,) = letters_to(world.ada.email)
    assert "let vic@example.com sign in again, who is viewer of Acme." in letter
