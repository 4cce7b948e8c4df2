"""A small world: two brands, two customers, one owner each, and a viewer."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress

from accounts.models import Brand, BrandHost, Customer, Membership, User
from accounts.roles import Role
from accounts.tenancy import staff_scope


@dataclass(frozen=True)
class World:
    acme: Customer
    initech: Customer
    ada: User
    vic: User
    ivy: User


def make_customer(*, brand: Brand, slug: str) -> Customer:
    return Customer.objects.create(
        brand=brand,
        slug=slug,
        company=slug.title(),
        email=f"hello@{slug}.example",
        first_name="Ada",
        last_name="Lind",
        country="US",
        region="Oregon",
        city="Portland",
        address_line_one="1 Main Street",
        postal_code="97204",
        phone_cc="1",
        phone="5035550142",
    )


def make_brand(*, name: str, host: str, is_default: bool = False) -> Brand:
    slug = host.partition(".")[0]
    brand = Brand.objects.create(
        name=name,
        slug=slug,
        mark=name[0],
        sender=f"no-reply@{host}",
        support_email=f"help@{host}",
        is_default=is_default,
    )
    BrandHost.objects.create(brand=brand, host=host)
    return brand


def make_world() -> World:
    with staff_scope("test: make the world"):
        cloud = make_brand(name="Outreach Cloud", host="outreach.localhost", is_default=True)
        foundry = make_brand(name="Inbox Foundry", host="foundry.localhost")
        acme = make_customer(brand=cloud, slug="acme")
        initech = make_customer(brand=foundry, slug="initech")
        ada, vic, ivy = (
            User.objects.create_user(f"{name}@example.com", "pass-phrase-1") for name in ("ada", "vic", "ivy")
        )
        # They set their passwords by a link, which proves an address.
        EmailAddress.objects.update(verified=True)
        Membership.objects.create(customer=acme, user=ada, role=Role.OWNER)
        Membership.objects.create(customer=acme, user=vic, role=Role.VIEWER)
        Membership.objects.create(customer=initech, user=ivy, role=Role.OWNER)
    return World(acme=acme, initech=initech, ada=ada, vic=vic, ivy=ivy)
