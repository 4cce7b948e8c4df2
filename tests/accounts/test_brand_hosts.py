"""One brand says nothing of another: people sign in, and companies are shown, on the hosts of their own brand."""

import re

import pytest
from django.test import Client

from accounts import brands
from accounts.models import Brand, BrandHost, Customer, Membership, User
from accounts.roles import Role
from accounts.tenancy import staff_scope
from tests.accounts.staff import make_support
from tests.world import World

CLOUD, FOUNDRY, ADMIN = "outreach.localhost", "foundry.localhost", "testserver"
TOKEN = re.compile(r"\b[A-Za-z0-9]{64}\b")


def sign_in(host: str, email: str, password: str = "pass-phrase-1") -> tuple[int, str]:
    """The status and the words of the answer, without what differs each time."""
    answer = Client(HTTP_HOST=host).post("/account/login/", {"login": email, "password": password})
    return answer.status_code, TOKEN.sub("", answer.content.decode()).replace(email, "")


def join(person: User, customer: Customer, role: Role = Role.BILLING) -> None:
    with staff_scope("test: one more company"):
        Membership.objects.create(customer=customer, user=person, role=role)


@pytest.mark.parametrize(
    ("email", "home", "elsewhere"),
    [("ada@example.com", CLOUD, FOUNDRY), ("ivy@example.com", FOUNDRY, CLOUD), ("ivy@example.com", FOUNDRY, ADMIN)],
)
def test_the_right_password_is_a_wrong_one_on_a_host_of_another_brand(
    world: World, email: str, home: str, elsewhere: str
) -> None:
    assert sign_in(home, email)[0] == 302
    status, words = sign_in(elsewhere, email)
    assert (status, words) == sign_in(elsewhere, email, "no such pass-phrase")
    assert "/account/inactive/" not in words


def test_who_was_closed_out_learns_it_at_home_and_nothing_elsewhere(world: World) -> None:
    User.objects.filter(pk=world.ivy.pk).update(is_active=False)
    assert sign_in(FOUNDRY, "ivy@example.com")[0] == 302
    assert sign_in(CLOUD, "ivy@example.com") == sign_in(CLOUD, "ivy@example.com", "no such pass-phrase")


def test_right_passwords_elsewhere_are_counted_as_wrong_ones(world: World) -> None:
    for _ in range(5):
        sign_in(CLOUD, "ivy@example.com")
    assert sign_in(CLOUD, "ivy@example.com") == sign_in(CLOUD, "ivy@example.com", "no such pass-phrase")
    assert sign_in(FOUNDRY, "ivy@example.com")[0] != 302


@pytest.mark.parametrize("host", [CLOUD, FOUNDRY, ADMIN])
def test_staff_sign_in_on_every_host(world: World, host: str) -> None:
    staff = make_support()
    assert sign_in(host, staff.email)[0] == 302


def test_who_has_companies_of_two_brands_finds_on_each_host_those_of_its_brand(world: World) -> None:
    join(world.ada, world.initech)
    for host, own, other in ((CLOUD, "acme", "initech"), (FOUNDRY, "initech", "acme")):
        assert sign_in(host, "ada@example.com")[0] == 302
        client = Client(HTTP_HOST=host)
        client.force_login(world.ada)
        assert client.get("/")["Location"] == f"/c/{own}/"
        page = client.get(f"/c/{own}/")
        assert page.status_code == 200
        assert other.title() not in page.content.decode()
        assert client.get(f"/c/{other}/").status_code == 404


def test_a_session_of_one_brand_shows_nothing_on_a_host_of_another(world: World) -> None:
    client = Client(HTTP_HOST=FOUNDRY)
    client.force_login(world.ada)
    assert client.get("/c/acme/").status_code == 404
    assert client.post("/c/acme/domains/find/", {"keyword": "acme"}).status_code == 404


def test_a_suspended_company_is_told_of_at_home_alone(world: World) -> None:
    with staff_scope("test: suspend"):
        Customer.objects.filter(pk=world.initech.pk).update(state=Customer.State.SUSPENDED)
    for host, status in ((FOUNDRY, 403), (CLOUD, 404)):
        client = Client(HTTP_HOST=host)
        client.force_login(world.ivy)
        assert client.get("/c/initech/").status_code == status


def test_a_host_of_no_brand_stands_in_for_a_brand_without_hosts(world: World) -> None:
    BrandHost.objects.filter(brand=world.initech.brand_id).delete()
    brands.forget()
    assert sign_in(ADMIN, "ivy@example.com")[0] == 302
    assert sign_in(CLOUD, "ivy@example.com")[0] == 200


def test_a_further_host_of_a_brand_serves_its_people_too(world: World) -> None:
    BrandHost.objects.create(brand=Brand.objects.get(pk=world.initech.brand_id), host="mail.foundry.example")
    assert sign_in("mail.foundry.example", "ivy@example.com")[0] == 302
    assert sign_in("mail.foundry.example", "ada@example.com")[0] == 200
