"""The demo's world: who is there, and what they order. Made through the portal's own services and the sandbox."""

from dataclasses import dataclass

PEOPLE = "Maya Ferro\nNoor Haddad\nJonas Keller"
TWO_PEOPLE = "Maya Ferro\nNoor Haddad"


@dataclass(frozen=True)
class DemoBrand:
    name: str
    host: str
    mark: str
    colour: str
    domain_percent: int
    mailbox_minor: int


@dataclass(frozen=True)
class DemoCustomer:
    slug: str
    company: str
    host: str
    credit_minor: int
    people: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class DemoOrder:
    """Orders of one wave come up side by side; a later wave needs what an earlier one brought.

    `is_awaited` False leaves it in progress for whoever signs in first.
    """

    wave: int
    customer: str
    provider: str
    domains: str
    people: str
    is_awaited: bool = True


BRANDS = (
    DemoBrand("Outreach Cloud", "outreach.localhost", "O", "#0b6b74", 20, 480),
    DemoBrand("Inbox Foundry", "foundry.localhost", "F", "#7a3fb0", 35, 600),
)
CUSTOMERS = (
    DemoCustomer(
        "acme", "Acme Outbound", "outreach.localhost", 150_000,
        (("ada@acme.example", "Ada Lindqvist", "owner"), ("vic@acme.example", "Vic Moreau", "viewer")),
    ),
    DemoCustomer(
        "globex", "Globex Growth", "outreach.localhost", 60_000, (("gil@globex.example", "Gil Tanaka", "owner"),)
    ),
    DemoCustomer(
        "initech", "Initech Sales", "foundry.localhost", 60_000, (("ivy@initech.example", "Ivy Okafor", "owner"),)
    ),
)  # fmt: skip
STAFF = (("rex@reseller.example", "Rex Alvarez", "Admin"), ("sam@reseller.example", "Sam Whitfield", "Support"))
# Ordered long ago; its mailboxes have expired since.
OF_THE_PAST = "acmearchive.com"
ORDERS = (
    DemoOrder(0, "acme", "GOOGLE", OF_THE_PAST, TWO_PEOPLE),
    DemoOrder(
        1, "acme", "GOOGLE", "acmeoutbound.com\ngetacmeoutbound.com\ntryacme.net\nacmehq.org\nmeetacme.co", PEOPLE
    ),
    DemoOrder(1, "acme", "MICROSOFT", "acmepartners.com\nacme-conflict.com\nunluckyacme.net\nacmeteam.org", TWO_PEOPLE),
    DemoOrder(2, "acme", "GOOGLE", "tryacme.net", "Priya Raman"),
    DemoOrder(1, "globex", "GOOGLE", "globexgrowth.com\ngetglobex.net", TWO_PEOPLE),
    DemoOrder(1, "initech", "MICROSOFT", "initechsales.com", TWO_PEOPLE),
    DemoOrder(2, "acme", "GOOGLE", "slowacme.com", TWO_PEOPLE, is_awaited=False),
)
