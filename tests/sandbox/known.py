"""A world in which the ids of the contract's examples exist, so that any of its requests can be meant."""

from datetime import timedelta
from typing import Any

from reseller_portal.sandbox import clock, warm_stock
from reseller_portal.sandbox.domain_clock import watch_domain
from reseller_portal.sandbox.models import (
    Credential,
    DnsRecord,
    Domain,
    Mailbox,
    Order,
    Package,
    Person,
    Subscription,
)
from reseller_portal.sandbox.subscription_clock import watch_subscription
from tests.sandbox.conftest import USER

IVO, TAMSIN = "YZS4A3R5E4MP3MBF9XYW7R9TT1D7", "PPPD0928MX41RG00AE0J65CKWZ6N"
REACH, SPARE = "harborlight-reach.example", "harborlight-spare.example"
MAILBOXES = ("ZEGNNXMNGZGK7C13CF0CEHHNX8J5", "JR9YQ9KAHSQ7H3C5RW4TDFRRWN8V")
SUBSCRIPTIONS = ("KPACMW5MWT6TB27M6HWXGDTP42KP", "KT3NJQYFDDXSAAJP46XMN91R4P0M")
ORDER = "QWW959MJR27VRW4C4ANTN11TFYH0"
DOMAINS = ("MW99AK8KDE9HB1YR2BAM7WYR4J9A", "HD0WJ3NPQW7YT2YQMDDHN7CQTPZA", "ACRE0000000000000000000000TH")
CREDENTIALS = ("P4WZZANXNEQ40WQA", "HDWTM02PSNWC24NN")
RECORD = "KCNPXKEEM2JJ999XDSKMC051DYCC"
PACKAGES = ("warm-lanternfield.example", "warm-tidegrove.example")
# What may stand under a key: each of it exists.
KNOWN: dict[str, tuple[str, ...]] = {
    "userId": (IVO, TAMSIN),
    "domain": (REACH, SPARE, "gotoharborlight.example"),
    "domainName": (REACH, "gotoharborlight.example"),
    "domains": (REACH, SPARE),
    "domainId": DOMAINS[:2],
    "domainIds": DOMAINS[1:2],
    "mailboxId": MAILBOXES,
    "mailboxIds": MAILBOXES,
    "componentMailboxIds": MAILBOXES,
    "subscriptionId": SUBSCRIPTIONS,
    "subscriptionIds": SUBSCRIPTIONS,
    "componentSubscriptionId": SUBSCRIPTIONS,
    "orderId": (ORDER,),
    "recordId": (RECORD,),
    "credentialId": CREDENTIALS,
    "countryCode": ("US", "GB"),
    "country": ("US", "GB"),
}


def make_known_world() -> None:
    now = clock.now()
    ivo = Person.objects.create(id=IVO, email=USER["email"], record=USER, created_at=now)
    other = {**USER, "email": "tamsin@brightfen.example"}
    Person.objects.create(id=TAMSIN, email=other["email"], record=other, created_at=now)
    acres = "acres.example"
    domains = [_domain(key, ivo, name) for key, name in zip(DOMAINS, (REACH, SPARE, acres), strict=True)]
    for number, (key, domain) in enumerate(zip(SUBSCRIPTIONS, (domains[0], domains[2]), strict=True)):
        subscription = Subscription.objects.create(
            id=key, person=ivo, domain=domain, provider="GOOGLE", started_at=now, period_start=now,
            period_end=now + timedelta(days=20 + number),
        )  # fmt: skip
        watch_subscription(subscription)
        if domain.name == REACH:
            for name, mailbox in zip(("elin", "jonas.berg"), MAILBOXES, strict=True):
                _mailbox(mailbox, subscription, name)
    wish: dict[str, Any] = {
        "domains": [{"domain": "gotoharborlight.example", "years": 1, "forwarding": None}],
        "mailboxes": {}, "billingCycle": "MONTHLY", "provider": "GOOGLE", "exportsTo": "", "scenario": "",
    }  # fmt: skip
    Order.objects.create(id=ORDER, person=ivo, wish=wish, provider="GOOGLE", created_at=now)
    DnsRecord.objects.create(id=RECORD, domain=domains[0], host="@", value="192.0.2.1", kind="A")
    for key, app in zip(CREDENTIALS, ("SMARTLEAD", "INSTANTLY"), strict=True):
        Credential.objects.create(id=key, person=ivo, app=app, email=USER["email"], connected_at=now)
    _fill_shelf()


def _domain(key: str, person: Person, name: str) -> Domain:
    now = clock.now()
    made = Domain.objects.create(
        id=key, person=person, name=name, status="ACTIVE", provider="GOOGLE", price_minor=1299,
        registered_at=now - timedelta(days=335), expires_at=now + timedelta(days=30, hours=1),
    )  # fmt: skip
    watch_domain(made)
    return made


def _mailbox(key: str, subscription: Subscription, username: str) -> None:
    warmup = "ACTIVE" if key == MAILBOXES[0] else ""
    Mailbox.objects.create(
        id=key, person=subscription.person, domain=subscription.domain, subscription=subscription,
        username=username, email=f"{username}@{subscription.domain.name}", first_name="Elin", last_name="Berg",
        status="ACTIVE", is_admin=bool(warmup), password="secret-1", app_password="abcd abcd", warmup=warmup,
        authenticator="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", created_at=clock.now(),
    )  # fmt: skip


def _fill_shelf() -> None:
    """The usual stock, and the packages of the contract's example."""
    warm_stock.fill()
    for name in PACKAGES:
        Package.objects.create(
            domain=name, provider="GOOGLE", names=[["Elif", "Moreau"]], price_minor=1400, renewal_minor=700,
            warm_since=clock.now(),
        )  # fmt: skip
