"""Warm-up of mailboxes. None of these calls knows a customer: compare the mailbox's `user_id` before you act."""

from dataclasses import dataclass

from reseller_portal.upstream.answer import Accepted, Answer, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.warmup import WarmupSettings, WarmupState


@dataclass(frozen=True)
class Warmup:
    call: Caller

    def start(self, mailbox_id: str) -> WarmupState:
        """Enrols an ACTIVE mailbox and charges for the rest of its month; mailbox.warmup.started tells. Secondary.

        NEVER repeat it unseen: it may charge again. Read `warmup_status` of the mailbox first.
        """
        return _state(self.call("start_mailbox_warmup", query={"mailboxId": mailbox_id}))

    def remove(self, mailbox_id: str) -> Accepted:
        """Stops sending at once, without money back; mailbox.warmup.removed tells. May be repeated. Secondary."""
        return accepted(self.call("remove_mailbox_warmup", query={"mailboxId": mailbox_id}))

    def toggle(self, mailbox_id: str) -> WarmupState:
        """Flips between running and paused: a repeat undoes it, so prefer `set_status`. Secondary."""
        return _state(self.call("toggle_mailbox_warmup", query={"mailboxId": mailbox_id}))

    def set_status(self, mailbox_id: str, status: str) -> WarmupState:
        """Resumes with ACTIVE; PAUSED, which may still be billed, is assumed. May be repeated. Secondary."""
        answer = self.call("set_mailbox_warmup_status", query={"mailboxId": mailbox_id}, body={"status": status})
        return _state(answer)

    def update_settings(self, mailbox_id: str, settings: WarmupSettings) -> Accepted:
        """For an enrolled mailbox; nothing reads the settings back, keep them. May be repeated. Secondary."""
        body = settings.wire()
        if not body:
            raise ValueError("no settings to change")
        return accepted(self.call("update_mailbox_warmup_settings", query={"mailboxId": mailbox_id}, body=body))


def _state(answer: Answer) -> WarmupState:
    found = answer.maybe_one()
    return WarmupState(found.state("status") if found else "", answer.action_id)
