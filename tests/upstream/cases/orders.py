from datetime import UTC, datetime
from decimal import Decimal

from reseller_portal.upstream.models.orders import (
    DomainDraft,
    DraftedOrder,
    GoogleOauth,
    MailboxDraft,
    MailboxOrderDraft,
    Order,
    OrderDraft,
    OrderedDomain,
    OrderedMailbox,
    PlacedOrder,
)
from reseller_portal.upstream.models.pictures import Picture
from tests.upstream.cases import IVO, Case

ORDER = "QWW959MJR27VRW4C4ANTN11TFYH0"
DRAFT = OrderDraft(
    domains=[DomainDraft("gotoharborlight.example", forward_to="https://www.harborlight.example")],
    mailboxes={
        "gotoharborlight.example": [
            MailboxDraft(
                "maya",
                "Maya",
                "Ferro",
                profile_picture="https://cdn.harborlight.example/avatars/maya-ferro.jpg",
                on_warmup=True,
            ),
            MailboxDraft("maya.ferro", "Maya", "Ferro", on_warmup=False),
        ]
    },
    provider="GOOGLE",
    google=GoogleOauth(
        route="https://app.harborlight.example/oauth/google",
        client_id="702214839055-harborlightdemo.apps.googleusercontent.example",
        app_name="Harborlight Sender",
    ),
    auto_renew=True,
)
MAILBOX_DRAFT = MailboxOrderDraft(
    subscription_id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    mailboxes={"harborlight-reach.example": [MailboxDraft("noor", "Noor", "Haddad")]},
    provider="GOOGLE",
)
FORM_DRAFT = OrderDraft(
    domains=[DomainDraft("gotoharborlight.example", forward_to="https://www.harborlight.example")],
    mailboxes={"gotoharborlight.example": [MailboxDraft("maya", "Maya", "Ferro")]},
    provider="GOOGLE",
    auto_renew=False,
)
MAYAS_PICTURE = Picture("maya@gotoharborlight.example", "maya.png", b"<bytes of maya.png>")
NOORS_PICTURE = Picture("noor@harborlight-reach.example", "noor.png", b"<bytes of noor.png>")
CASES = {
    "create_order_form": Case(
        lambda client: client.orders.create_with_pictures(
            IVO, FORM_DRAFT, [MAYAS_PICTURE], masked={"gotoharborlight.example": False}
        ),
        DraftedOrder("F84TRY7ZVGW06GBFWD6RWBGQTTAB"),
    ),
    "add_mailboxes_form": Case(
        lambda client: client.orders.create_mailboxes_with_pictures(IVO, MAILBOX_DRAFT, [NOORS_PICTURE]),
        DraftedOrder("KHTKNBXT8ZHGXGKDYE83G3B6ZJ5B"),
    ),
    "create_order": Case(lambda client: client.orders.create(IVO, DRAFT), DraftedOrder(ORDER)),
    "create_mailbox_order": Case(
        lambda client: client.orders.create_mailboxes(IVO, MAILBOX_DRAFT),
        DraftedOrder("KHTKNBXT8ZHGXGKDYE83G3B6ZJ5B"),
    ),
    "process_order": Case(
        lambda client: client.orders.process(IVO, ORDER),
        PlacedOrder(ORDER, "ACT_cdf09b99-e13e-52d3-8e67-dd7808ea5d34"),
    ),
    "get_order": Case(
        lambda client: client.orders.get(IVO, ORDER),
        Order(
            order_id=ORDER,
            status="PAID",
            user_id=IVO,
            provider="GOOGLE",
            billing_cycle="MONTHLY",
            auto_renew=True,
            total=Decimal("18.99"),
            created_at=datetime(2026, 10, 2, 11, 18, 7, 310000, UTC),
            domains=(
                OrderedDomain(
                    name="gotoharborlight.example",
                    domain_id="KVWF16R4EDMMGRBEXN6JABBQ931M",
                    years=1,
                    price=Decimal("12.99"),
                    status="ACTIVE",
                ),
            ),
            mailboxes=(
                OrderedMailbox(
                    address="maya@gotoharborlight.example", mailbox_id="KR1TBD5TF9130JR7DYNC7AD21QTT", status="ACTIVE"
                ),
                OrderedMailbox(
                    address="maya.ferro@gotoharborlight.example",
                    mailbox_id="R8YYKBB438C89J8614CVX5PCA5WF",
                    status="CREATING_PASSWORD",
                ),
            ),
        ),
    ),
    "get_order_status": Case(
        lambda client: client.orders.status(IVO, ORDER),
        Order(
            order_id=ORDER,
            status="PENDING",
            domains=(OrderedDomain(name="gotoharborlight.example", status="ACTIVE"),),
            mailboxes=(OrderedMailbox(address="maya@gotoharborlight.example", status="IN_PROGRESS"),),
        ),
    ),
}
