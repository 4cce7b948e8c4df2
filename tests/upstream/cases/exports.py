from datetime import UTC, datetime

from reseller_portal.upstream.answer import Accepted
from reseller_portal.upstream.models.exports import (
    PlatformConnection,
    PlatformLogin,
    PlatformLoginChange,
    PlatformMetadata,
    PlatformWorkspace,
    StoredLogin,
)
from reseller_portal.upstream.models.orders import GoogleOauth
from tests.upstream.cases import IVO, Case

MAYA, NOOR = "ZEGNNXMNGZGK7C13CF0CEHHNX8J5", "JR9YQ9KAHSQ7H3C5RW4TDFRRWN8V"
BISON, INSTANTLY = "P4WZZANXNEQ40WQA", "HDWTM02PSNWC24NN"
OAUTH = GoogleOauth(
    route="https://app.harborlight.example/oauth/google",
    client_id="702214839055-harborlightdemo.apps.googleusercontent.example",
    app_name="Harborlight Sender",
)
METADATA = PlatformMetadata(
    base_url="https://send.emailbison-demo.example",
    client_id="eb-demo-client-7",
    app_name="Bison Demo",
    workspace="harborlight-team",
)
LOGIN = PlatformLogin(
    app="EMAILBISON", email="ops@harborlight.example", password="not-a-real-password-03", metadata=METADATA
)
CASES = {
    "reexport_mailbox_oauth": Case(
        lambda client: client.exports.reexport(IVO, MAYA, google=OAUTH),
        Accepted("Mailbox will be exported shortly", "ACT_9a9342e5-3ee0-5636-9551-4100b9e1c351"),
    ),
    "list_platform_credentials": Case(
        lambda client: client.exports.logins(IVO),
        {
            "EMAILBISON": PlatformConnection(
                is_connected=True,
                logins=(
                    StoredLogin(
                        id=BISON,
                        email="ops@harborlight.example",
                        connected_at=datetime(2026, 5, 20, 13, 44, 9, tzinfo=UTC),
                        metadata=PlatformMetadata(
                            base_url="https://send.emailbison-demo.example",
                            app_name="Bison Demo",
                            workspace="harborlight-team",
                        ),
                    ),
                ),
            ),
            "SMARTLEAD": PlatformConnection(is_connected=False),
        },
    ),
    "add_platform_credential": Case(lambda client: client.exports.add_login(IVO, LOGIN), BISON),
    "update_platform_credential": Case(
        lambda client: client.exports.update_login(
            IVO, INSTANTLY, PlatformLoginChange(organisation_id="org-demo-4471")
        ),
        Accepted("Platform credentials updated successfully"),
    ),
    "remove_platform_credential": Case(
        lambda client: client.exports.remove_login(IVO, BISON),
        Accepted("Platform credentials removed successfully"),
    ),
    "export_mailboxes": Case(
        lambda client: client.exports.export(IVO, BISON, [MAYA, NOOR]),
        Accepted("Mailboxes have been queued for export", "ACT_44b007f3-7601-5513-a088-91a6ee482d03"),
    ),
    "list_platform_workspaces": Case(
        lambda client: client.exports.workspaces(IVO, INSTANTLY),
        (
            PlatformWorkspace("org-demo-4471", "Harborlight Main"),
            PlatformWorkspace("org-demo-4472", "Harborlight Trials"),
        ),
    ),
}
