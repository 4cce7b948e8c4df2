"""Warm-up of a mailbox. These calls take no userId and reach every customer of the partner (contract, quirk 29)."""

from reseller_portal.sandbox import catalogue, events, wallet
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import Mailbox
from reseller_portal.sandbox.operations.owned import GONE, active_mailbox, mailbox_by_id
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation

START_SECONDS = 120.0
ENROLLED = ("PENDING", "ACTIVE", "PAUSED")
RATES = ("warmupReplyRate", "warmupOpenRate", "warmupSpamProtectionRate")
NUMBERS = (
    "warmupLimit",
    "minimumWarmupLimit",
    "increasePerDay",
    "minimumDelayBetweenWarmupEmails",
    "maximumDelayBetweenWarmupEmails",
)
SWITCHES = ("warmupOnWeekdays", "warmupDisableSlow")


@operation("start_mailbox_warmup", "POST", "/mailboxes/warmup", writes=True)
def start_mailbox_warmup(call: Call) -> Answer:
    """Charged at once for the days that remain of the subscription's period."""
    mailbox = active_mailbox(mailbox_by_id(call.need_query("mailboxId")))
    if mailbox.warmup in ENROLLED:
        raise Refusal(409, "Warmup is already enabled")
    wallet.charge(_prorated_minor(mailbox, call), f"Warm-up of {mailbox.email}")
    begin(mailbox)
    return ok("Warmup enabled", {"status": "PENDING"}, actionId=new_action_id())


def begin(mailbox: Mailbox) -> None:
    mailbox.warmup = "PENDING"
    mailbox.save(update_fields=["warmup"])
    later(START_SECONDS, "warmup_starts", mailbox.id)


@step("warmup_starts")
def warmup_starts(mailbox_id: str) -> None:
    rows = Mailbox.objects.select_related("domain", "person").filter(pk=mailbox_id, warmup="PENDING")
    mailbox = rows.exclude(status__in=GONE).first()
    if mailbox:
        mailbox.warmup = "ACTIVE"
        mailbox.save(update_fields=["warmup"])
        events.emit_warmup("mailbox.warmup.started", mailbox, with_person=True)


@operation("set_mailbox_warmup_status", "PATCH", "/mailboxes/warmup/status", writes=True)
def set_mailbox_warmup_status(call: Call) -> Answer:
    mailbox, wanted = _enrolled(call), str(call.need("status", str))
    if wanted not in {"ACTIVE", "PAUSED"}:
        raise Refusal(400, "status must be ACTIVE or PAUSED")
    return _switch(mailbox, wanted)


@operation("toggle_mailbox_warmup", "POST", "/mailboxes/warmup/toggle", writes=True)
def toggle_mailbox_warmup(call: Call) -> Answer:
    """Flips. Pausing answers an actionId, and no event follows."""
    mailbox = _enrolled(call)
    return _switch(mailbox, "ACTIVE" if mailbox.warmup == "PAUSED" else "PAUSED")


@operation("remove_mailbox_warmup", "DELETE", "/mailboxes/warmup", writes=True)
def remove_mailbox_warmup(call: Call) -> Answer:
    """Stops at once, without a refund."""
    mailbox = _enrolled(call)
    mailbox.warmup = "STOPPED"
    mailbox.save(update_fields=["warmup"])
    events.emit_warmup("mailbox.warmup.removed", mailbox, with_person=False)
    return ok("Warmup disabled", actionId=new_action_id())


@operation("update_mailbox_warmup_settings", "PATCH", "/mailboxes/warmup/settings", writes=True)
def update_mailbox_warmup_settings(call: Call) -> Answer:
    mailbox = _enrolled(call)
    for key, value in call.body.items():
        if not _is_setting(key, value):
            raise Refusal(400, f"{key} is unknown or out of range")
    mailbox.warmup_settings = {**mailbox.warmup_settings, **call.body}
    mailbox.save(update_fields=["warmup_settings"])
    return ok("Warmup settings updated", actionId=new_action_id())


def _is_setting(key: str, value: object) -> bool:
    if key in SWITCHES:
        return isinstance(value, bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if key in RATES:
        return 0 <= value <= 1
    return key in NUMBERS and isinstance(value, int) and value >= 0


def _enrolled(call: Call) -> Mailbox:
    mailbox = mailbox_by_id(call.need_query("mailboxId"))
    if mailbox.warmup not in ENROLLED:
        raise Refusal(422, "Warmup is not enabled for this mailbox")
    return mailbox


def _switch(mailbox: Mailbox, wanted: str) -> Answer:
    mailbox.warmup = wanted
    mailbox.save(update_fields=["warmup"])
    words = "Warmup resumed" if wanted == "ACTIVE" else "Warmup paused"
    return ok(words, {"status": wanted}, actionId=new_action_id())


def _prorated_minor(mailbox: Mailbox, call: Call) -> int:
    if mailbox.subscription is None:
        return catalogue.WARMUP_PRICE_MINOR
    days = max(0, (mailbox.subscription.period_end - call.now).days)
    return round(catalogue.WARMUP_PRICE_MINOR * days / 30)
