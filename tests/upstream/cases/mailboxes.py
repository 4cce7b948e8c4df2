from datetime import UTC, datetime

from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.mailboxes import (
    Mailbox,
    MailboxAdmin,
    MailboxChange,
    MailboxHealth,
)
from reseller_portal.upstream.models.warmup import WarmupSettings, WarmupState
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, Case

MAYA = Mailbox(
    id="ZEGNNXMNGZGK7C13CF0CEHHNX8J5",
    address="maya@harborlight-reach.example",
    status="ACTIVE",
    password="not-a-real-password-01",
    app_password="fake pass word only",
    authenticator_secret="demo seed only here",
    username="maya",
    first_name="Maya",
    last_name="Ferro",
    profile_picture="https://cdn.harborlight.example/avatars/maya-ferro.jpg",
    warmup_status="ACTIVE",
    user_id=IVO,
    domain_id="MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    domain_name="harborlight-reach.example",
    subscription_id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    provider="GOOGLE",
    is_admin=True,
    created_at=datetime(2025, 12, 4, 10, 12, 55, tzinfo=UTC),
    expires_at=datetime(2026, 11, 4, 10, 12, 55, tzinfo=UTC),
)
NOOR = Mailbox(
    id="JR9YQ9KAHSQ7H3C5RW4TDFRRWN8V",
    address="noor@harborlight-reach.example",
    status="CREATING_PASSWORD",
    username="noor",
    first_name="Noor",
    last_name="Haddad",
    user_id=IVO,
    domain_id="MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    domain_name="harborlight-reach.example",
    subscription_id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    provider="GOOGLE",
    is_admin=False,
    created_at=datetime(2026, 10, 2, 11, 30, 1, tzinfo=UTC),
)
SETTINGS = WarmupSettings(
    limit=35,
    minimum_limit=4,
    reply_rate=0.25,
    open_rate=0.75,
    spam_protection_rate=0.15,
    on_weekdays=True,
    increase_per_day=2,
    disable_slow=False,
    minimum_delay=90,
    maximum_delay=420,
)
CASES = {
    "list_all_mailboxes": Case(
        lambda client: client.mailboxes.list_of_everyone(), Page((MAYA,), current_page=1, total_pages=1, total=1)
    ),
    "get_mailbox_admin": Case(
        lambda client: client.mailboxes.get_admin(IVO, MAYA.id),
        MailboxAdmin(
            address=MAYA.address,
            mailbox_id=MAYA.id,
            domain_name=MAYA.domain_name,
            is_admin=True,
            password=MAYA.password,
            app_password=MAYA.app_password,
            authenticator_secret=MAYA.authenticator_secret,
        ),
    ),
    "update_mailboxes": Case(
        lambda client: client.mailboxes.update(
            IVO,
            MailboxChange(mailbox_id=NOOR.id, username="noor.haddad", first_name="Noor", last_name="Haddad"),
        ),
        Accepted("Mailbox details will update shortly", "ACT_1c2bdf61-3142-58ed-81d1-d8946b096f31"),
    ),
    "remove_mailbox": Case(
        lambda client: client.mailboxes.remove(IVO, NOOR.id), Accepted("Mailbox will be removed shortly")
    ),
    "validate_mailbox": Case(
        lambda client: client.mailboxes.validate(IVO, MAYA.id),
        MailboxHealth(MAYA.id, has_smtp=True, has_dns=True),
    ),
    "start_mailbox_warmup": Case(
        lambda client: client.warmup.start(NOOR.id),
        WarmupState("PENDING", "ACT_d5145400-43f5-594c-bae9-bb3476465d5e"),
    ),
    "remove_mailbox_warmup": Case(
        lambda client: client.warmup.remove(MAYA.id),
        Accepted("Warmup disabled", "ACT_16e971fd-30e0-5eee-8bad-a37913c23d65"),
    ),
    "toggle_mailbox_warmup": Case(
        lambda client: client.warmup.toggle(MAYA.id),
        WarmupState("PAUSED", "ACT_2270d151-e3f2-50e9-a921-a9902518e6d1"),
    ),
    "set_mailbox_warmup_status": Case(
        lambda client: client.warmup.set_status(MAYA.id, "ACTIVE"),
        WarmupState("ACTIVE", "ACT_cdde7f90-7e68-590c-8401-7b81bff1e7cb"),
    ),
    "update_mailbox_warmup_settings": Case(
        lambda client: client.warmup.update_settings(MAYA.id, SETTINGS),
        Accepted("Warmup settings updated", "ACT_b5c2b6d2-0737-5793-8f92-5088f0fb2069"),
    ),
    "list_user_mailboxes": Case(
        lambda client: client.mailboxes.list(IVO), Page((MAYA, NOOR), current_page=1, total_pages=1, total=2)
    ),
    "get_mailbox": Case(lambda client: client.mailboxes.get(MAYA.id), MAYA),
}
