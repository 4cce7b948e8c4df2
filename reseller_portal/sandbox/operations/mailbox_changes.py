"""A mailbox that is owned: administrator login, changes, health, OAuth export, removal."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from reseller_portal.sandbox import clock, events
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import Mailbox, Step
from reseller_portal.sandbox.operations.owned import GONE, active_mailbox, mailbox_by_id, oauth_route, own_mailbox
from reseller_portal.sandbox.operations.purchases import RESERVED_NAMES, USERNAME
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.wire import Answer, Call, Refusal, bare, ok, operation

CHANGE_SECONDS = 3.0
EXPORT_SECONDS = 4.0
LAST_DAY = timedelta(hours=24)
LONGEST = {"userName": 64, "firstName": 80, "lastName": 80, "profilePicture": 500}


@operation("get_mailbox_admin", "GET", "/mailboxes/admin-mailbox-details")
def get_mailbox_admin(call: Call) -> Answer:
    mailbox = active_mailbox(own_mailbox(call, call.need_query("mailboxId")))
    admin = mailbox.domain.mailboxes.filter(is_admin=True, status="ACTIVE").first() or mailbox
    data = {
        "mailboxId": admin.id,
        "email": admin.email,
        "isAdmin": admin.is_admin,
        "domain": admin.domain.name,
        "password": admin.password,
        "appPassword": admin.app_password,
        "authenticatorSecret": admin.authenticator,
    }
    return ok("Mailbox admin details fetched successfully", data)


@operation("update_mailboxes", "PATCH", "/mailboxes/update-mailbox-details", writes=True)
def update_mailboxes(call: Call) -> Answer:
    """A list mixes success and failure in one 200 without `status` (contract, quirk 28)."""
    wish = call.body.get("mailboxData")
    if isinstance(wish, Mapping):
        action_id = new_action_id()
        _change(call, wish, action_id)
        return bare("Mailbox details will update shortly", actionId=action_id)
    if not isinstance(wish, list) or not wish:
        raise Refusal(400, "mailboxData must be an object or a list of at least one")
    results = [_try_change(call, each) for each in wish]
    return Answer(200, {"message": "Mailbox details will update shortly", "data": results})


def _try_change(call: Call, wish: object) -> dict[str, Any]:
    if not isinstance(wish, Mapping):
        raise Refusal(400, "each of mailboxData must be an object")
    mailbox_id = str(wish.get("mailboxId") or "")
    if not mailbox_id:
        raise Refusal(400, "each of mailboxData needs a mailboxId")
    if Step.objects.filter(kind="mailbox_changes", subject__startswith=f"{mailbox_id} ").exists():
        return {"mailboxId": mailbox_id, "success": False, "message": "Rate limit exceeded"}
    try:
        _change(call, wish, new_action_id())
    except Refusal as refusal:
        return {"mailboxId": mailbox_id, "success": False, "message": refusal.words}
    return {"mailboxId": mailbox_id, "success": True, "message": "Mailbox details will update shortly"}


def _change(call: Call, wish: Mapping[str, Any], action_id: str) -> None:
    mailbox = active_mailbox(own_mailbox(call, str(wish.get("mailboxId", ""))))
    if any(key in wish and not _fits(wish[key], longest) for key, longest in LONGEST.items()):
        raise Refusal(400, "userName, firstName, lastName and profilePicture are texts, and not too long")
    changed = {key.replace("userName", "username"): wish[key] for key in LONGEST if wish.get(key)}
    if wish.get("removeProfilePicture") is True:
        changed["profilePicture"] = None
    if not changed:
        raise Refusal(400, "Nothing to update")
    if "username" in changed:
        mailbox.username = _free_username(mailbox, changed["username"].lower())
        mailbox.email = f"{mailbox.username}@{mailbox.domain.name}"
    mailbox.first_name = changed.get("firstName", mailbox.first_name)
    mailbox.last_name = changed.get("lastName", mailbox.last_name)
    if "profilePicture" in changed:
        mailbox.picture = changed["profilePicture"] or ""
    mailbox.save()
    later(CHANGE_SECONDS, "mailbox_changes", f"{mailbox.id} {action_id} {','.join(changed)}")


def _fits(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _free_username(mailbox: Mailbox, username: str) -> str:
    if not USERNAME.match(username) or username in RESERVED_NAMES:
        raise Refusal(422, f"Username {username} is not valid")
    email = f"{username}@{mailbox.domain.name}"
    if Mailbox.objects.filter(email=email).exclude(status__in=GONE).exclude(pk=mailbox.pk).exists():
        raise Refusal(422, f"Mailbox {email} already exists")
    return username


@step("mailbox_changes")
def tell_change(subject: str) -> None:
    mailbox_id, action_id, keys = subject.split(" ")
    mailbox = _living(mailbox_id)
    if mailbox is None:
        return
    now = {
        "username": mailbox.username,
        "firstName": mailbox.first_name,
        "lastName": mailbox.last_name,
        "profilePicture": mailbox.picture or None,
    }
    facts = {**_facts(mailbox), "updatedFields": {key: now[key] for key in keys.split(",")}}
    events.emit("mailbox.updated", mailbox.person, facts, action_id=action_id)


@operation("remove_mailbox", "DELETE", "/mailboxes/remove", writes=True)
def remove_mailbox(call: Call) -> Answer:
    """Never in the last 24 hours; the last mailbox takes the workspace along (contract, quirk 23)."""
    mailbox = own_mailbox(call, str(call.need("mailboxId", str)))
    subscription = mailbox.subscription
    if subscription and subscription.period_end - call.now <= LAST_DAY:
        raise Refusal(422, "Mailbox cannot be removed within 24 hours of the subscription's expiry")
    mailbox.status, mailbox.subscription = "REMOVED", None
    mailbox.save()
    if subscription and not subscription.mailboxes.exclude(status__in=GONE).exists():
        subscription.status = "CANCELLED"
        subscription.save(update_fields=["status"])
    return bare("Mailbox will be removed shortly")


@operation("validate_mailbox", "POST", "/mailboxes/validate-mailbox")
def validate_mailbox(call: Call) -> Answer:
    mailbox = own_mailbox(call, str(call.need("mailboxId", str)))
    issues = [] if mailbox.status == "ACTIVE" else [f"Mailbox is {mailbox.status}"]
    dns_works = mailbox.domain.status in {"ACTIVE", "RENEWING", "GRACE_PERIOD"}
    if not dns_works:
        issues.append(f"Domain is {mailbox.domain.status}")
    words = "Mailbox has issues" if issues else "Mailbox is healthy"
    health = {"mailboxId": mailbox.id, "smtp": mailbox.status == "ACTIVE", "dns": dns_works, "issues": issues}
    return ok(words, health)


@operation("reexport_mailbox_oauth", "POST", "/mailboxes/oauth", writes=True)
def reexport_mailbox_oauth(call: Call) -> Answer:
    mailbox = active_mailbox(own_mailbox(call, str(call.need("mailboxId", str))))
    if not any(isinstance(call.body.get(key), Mapping) for key in ("google", "microsoft")):
        raise Refusal(400, "google or microsoft is required")
    if is_exporting(mailbox.id):
        raise Refusal(409, "An export of this mailbox is already running")
    action_id = new_action_id()
    if oauth_route(call.body, mailbox.domain.provider):
        block = call.body.get("google")
        app = block.get("appName") if isinstance(block, Mapping) else None
        export_later(mailbox.id, action_id, str(app or "OAuth"))
    return ok("Mailbox will be exported shortly", actionId=action_id)


def is_exporting(mailbox_id: str) -> bool:
    return Step.objects.filter(kind="mailbox_exported", subject__startswith=f"{mailbox_id} ").exists()


def export_later(mailbox_id: str, action_id: str, app: str) -> None:
    later(EXPORT_SECONDS, "mailbox_exported", f"{mailbox_id} {action_id} {app[:30]}")


@step("mailbox_exported")
def tell_export(subject: str) -> None:
    mailbox_id, action_id, app = subject.split(" ", 2)
    mailbox = _living(mailbox_id)
    if mailbox:
        facts = {**_facts(mailbox), "app": app, "exportedAt": clock.as_event_text(clock.now())}
        events.emit("mailbox.exported", mailbox.person, facts, action_id=action_id)


def _living(mailbox_id: str) -> Mailbox | None:
    try:
        return mailbox_by_id(mailbox_id)
    except Refusal:
        return None


def _facts(mailbox: Mailbox) -> dict[str, Any]:
    return {
        "mailboxId": mailbox.id,
        "email": mailbox.email,
        "domainId": mailbox.domain_id,
        "domainName": mailbox.domain.name,
        "workspaceType": mailbox.domain.provider,
    }
