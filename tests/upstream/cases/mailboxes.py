from datetime import UTC, datetime

from reseller_portal.upstream.models.mailboxes import Credentials, Mailbox
from reseller_portal.upstream.paging import Page
from tests.upstream.cases import IVO, Case

MAYA = Mailbox(
    id="ZEGNNXMNGZGK7C13CF0CEHHNX8J5",
    email="maya@harborlight-reach.example",
    status="ACTIVE",
    credentials=Credentials(
        password="not-a-real-password-01",
        app_password="fake pass word only",
        authenticator_secret="demo seed only here",
    ),
    username="maya",
    first_name="Maya",
    last_name="Ferro",
    profile_picture="https://cdn.harborlight.example/avatars/maya-ferro.jpg",
    warmup_status="ACTIVE",
    user_id=IVO,
    domain_id="MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    domain="harborlight-reach.example",
    subscription_id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    service_provider="GOOGLE",
    is_admin=True,
    created_at=datetime(2025, 12, 4, 10, 12, 55, tzinfo=UTC),
    expires_at=datetime(2026, 11, 4, 10, 12, 55, tzinfo=UTC),
)
NOOR = Mailbox(
    id="JR9YQ9KAHSQ7H3C5RW4TDFRRWN8V",
    email="noor@harborlight-reach.example",
    status="CREATING_PASSWORD",
    credentials=Credentials(),
    username="noor",
    first_name="Noor",
    last_name="Haddad",
    user_id=IVO,
    domain_id="MW99AK8KDE9HB1YR2BAM7WYR4J9A",
    domain="harborlight-reach.example",
    subscription_id="KPACMW5MWT6TB27M6HWXGDTP42KP",
    service_provider="GOOGLE",
    is_admin=False,
    created_at=datetime(2026, 10, 2, 11, 30, 1, tzinfo=UTC),
)
CASES = {
    "list_user_mailboxes": Case(
        lambda client: client.mailboxes.list(IVO), Page((MAYA, NOOR), current_page=1, total_pages=1, total=2)
    ),
    "get_mailbox": Case(lambda client: client.mailboxes.get(MAYA.id), MAYA),
}
