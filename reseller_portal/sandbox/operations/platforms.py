"""Logins at sending platforms, and exports to them. A login is tried live before it is stored."""

from collections.abc import Mapping
from typing import Any

from reseller_portal.sandbox import clock
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import Credential
from reseller_portal.sandbox.operations.mailbox_changes import export_later
from reseller_portal.sandbox.operations.owned import active_mailbox, own_mailbox
from reseller_portal.sandbox.operations.people import find_person
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation

APPS = ("EMAILBISON", "SMARTLEAD", "REACHINBOX", "INSTANTLY")
BISON_METADATA = ("appBaseUrl", "clientId", "appName", "workspace")
WORKSPACES = (("main", "Main"), ("trials", "Trials"))


@operation("list_platform_credentials", "GET", "/exports/platform-credentials")
def list_platform_credentials(call: Call) -> Answer:
    """`connected` says stored, not valid; passwords and clientId never come back (contract, quirk 31)."""
    person = find_person(call.user_id())
    rows = list(Credential.objects.filter(person=person).order_by("connected_at", "id"))
    data = {app: _connection([each for each in rows if each.app == app]) for app in APPS}
    return ok("Fetched connected accounts successfully", data)


@operation("add_platform_credential", "POST", "/exports/platform-credential", writes=True)
def add_platform_credential(call: Call) -> Answer:
    """Every call makes a new entry."""
    person, app = find_person(call.user_id()), str(call.need("app", str))
    if app not in APPS:
        raise Refusal(400, f"app must be one of {', '.join(APPS)}")
    login, metadata = call.need("credentials", dict), _metadata(call)
    if app == "EMAILBISON" and not all(metadata.get(key) for key in BISON_METADATA):
        raise Refusal(400, f"metadata needs {', '.join(BISON_METADATA)}")
    _try_login(login)
    made = Credential.objects.create(
        person=person, app=app, email=login["email"], metadata=metadata, connected_at=call.now
    )
    return ok("Platform credentials added successfully", {"credentialId": made.id})


@operation("update_platform_credential", "PUT", "/exports/platform-credential", writes=True)
def update_platform_credential(call: Call) -> Answer:
    credential = _find(call, str(call.query.get("credentialId") or call.body.get("credentialId") or ""))
    if not {"credentials", "metadata", "orgId"} & set(call.body):
        raise Refusal(400, "Nothing to update")
    if "credentials" in call.body:
        login = {"email": credential.email, **call.need("credentials", dict)}
        _try_login(login)
        credential.email = login["email"]
    credential.metadata = {**credential.metadata, **_metadata(call)}
    if "orgId" in call.body:
        credential.org_id = str(call.need("orgId", str))
    credential.save()
    return ok("Platform credentials updated successfully")


@operation("remove_platform_credential", "DELETE", "/exports/platform-credential", writes=True)
def remove_platform_credential(call: Call) -> Answer:
    """Both parameters in the query, no body (contract, quirk 22)."""
    _find(call, call.need_query("credentialId")).delete()
    return ok("Platform credentials removed successfully")


@operation("list_platform_workspaces", "GET", "/exports/platform-workspaces")
def list_platform_workspaces(call: Call) -> Answer:
    credential = _find(call, call.need_query("credentialId"))
    stem = credential.id[:6].lower()
    return ok(
        "Workspaces fetched successfully",
        [{"orgId": f"org-{stem}-{key}", "name": f"{credential.email} {name}"} for key, name in WORKSPACES],
    )


@operation("export_mailboxes", "POST", "/exports/platform-exports", writes=True)
def export_mailboxes(call: Call) -> Answer:
    """The list is called componentMailboxIds, or mailboxIds (contract, section 8)."""
    credential = _find(call, str(call.need("credentialId", str)))
    if credential.app == "INSTANTLY" and not credential.org_id:
        raise Refusal(400, "Select an organisation for this login first")
    key = "mailboxIds" if "componentMailboxIds" not in call.body else "componentMailboxIds"
    if key not in call.body:
        raise Refusal(400, "componentMailboxIds is required")
    mailboxes = [active_mailbox(own_mailbox(call, each)) for each in call.need_texts(key)]
    action_id = new_action_id()
    for mailbox in mailboxes:
        export_later(mailbox.id, action_id, credential.app)
    return ok("Mailboxes have been queued for export", actionId=action_id)


def _connection(rows: list[Credential]) -> dict[str, Any]:
    return {
        "connected": bool(rows),
        "credentials": [
            {
                "credentialId": each.id,
                "email": each.email,
                "connectedAt": clock.as_text(each.connected_at),
                "metadata": {
                    **{key: value for key, value in each.metadata.items() if key != "clientId"},
                    **({"orgId": each.org_id} if each.org_id else {}),
                },
            }
            for each in rows
        ],
    }


def _metadata(call: Call) -> dict[str, Any]:
    metadata = call.body.get("metadata") or {}
    if not isinstance(metadata, Mapping):
        raise Refusal(400, "metadata must be an object")
    return dict(metadata)


def _try_login(login: Mapping[str, Any]) -> None:
    """The platform believes every login but one whose password holds `wrong`."""
    email, password = login.get("email"), login.get("password")
    if not isinstance(email, str) or "@" not in email or not isinstance(password, str) or not password:
        raise Refusal(400, "credentials need email and password")
    if "wrong" in password:
        raise Refusal(400, "Invalid credentials")


def _find(call: Call, credential_id: str) -> Credential:
    if not credential_id:
        raise Refusal(400, "credentialId is required")
    found = Credential.objects.filter(pk=credential_id).first()
    if found is None:
        raise Refusal(404, "Credential not found")
    if found.person_id != call.user_id():
        raise Refusal(403, "Credential belongs to another user")
    return found
