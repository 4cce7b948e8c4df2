"""What somebody bought at the upstream before the portal was there, for staff to adopt. No customer of ours pays it."""

from reseller_portal.operations.gateway import client_of_somebody_else
from reseller_portal.upstream.models.orders import DomainDraft, MailboxDraft, OrderDraft
from reseller_portal.upstream.models.users import UserDraft

WHO = UserDraft(
    email="ivo@harborlight.example",
    company="Harborlight Sales",
    first_name="Ivo",
    last_name="Lindqvist",
    country="US",
    city="Portland",
    address_line_one="12 Beacon Wharf",
    postal_code="97209",
    state="Oregon",
    phone_cc="1",
    phone="5035550177",
)
PEOPLE = (("maren", "Maren", "Holt"), ("theo", "Theo", "Vasquez"), ("ines", "Ines", "Marlow"))
# Each with so many of the people.
DOMAINS = {"harborlightsales.com": 3, "getharborlight.net": 2}


def buy_outside() -> bool:
    """Once; False when it is there already. Raises `UpstreamError`."""
    with client_of_somebody_else() as client:
        if any(each.email == WHO.email for each in client.users.all(contains=WHO.email)):
            return False
        user = client.users.create(WHO)
        drafted = client.orders.create(user.id, _order())
        client.orders.process(user.id, drafted.order_id)
    return True


def _order() -> OrderDraft:
    people = [MailboxDraft(*each) for each in PEOPLE]
    mailboxes = {name: people[:number] for name, number in DOMAINS.items()}
    return OrderDraft([DomainDraft(name) for name in DOMAINS], mailboxes, "GOOGLE")
