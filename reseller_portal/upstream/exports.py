"""Handing mailboxes to sending platforms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reseller_portal.upstream.answer import Accepted, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.batches import filled
from reseller_portal.upstream.models.exports import (
    PlatformConnection,
    PlatformLogin,
    PlatformLoginChange,
    PlatformWorkspace,
)
from reseller_portal.upstream.models.orders import GoogleOauth
from reseller_portal.upstream.reader import read_each

MISSES_A_FIELD = re.compile(r"mailbox\s*ids|missing|required|provide", re.IGNORECASE)


@dataclass(frozen=True)
class Exports:
    call: Caller

    def reexport(
        self, user_id: str, mailbox_id: str, *, google: GoogleOauth | None = None, microsoft_route: str = ""
    ) -> Accepted:
        """Queues an OAuth export of an ACTIVE mailbox, by its own provider; mailbox.exported tells. Secondary.

        NEVER repeat it while one runs. Give the part of the mailbox's provider: `google`, or the Microsoft route.
        """
        if bool(google) == bool(microsoft_route):
            raise ValueError("either Google or Microsoft, not both")
        part = {"google": google.wire()} if google else {"microsoft": {"microsoftOauthRoute": microsoft_route}}
        body = {"mailboxId": mailbox_id, **part}
        return accepted(self.call("reexport_mailbox_oauth", query={"userId": user_id}, body=body))

    def logins(self, user_id: str) -> dict[str, PlatformConnection]:
        """The stored logins by platform; one without a login may be missing. Documented."""
        found = self.call("list_platform_credentials", query={"userId": user_id}).one()
        return {app: PlatformConnection.read(item) for app in found.values if (item := found.one(app))}

    def add_login(self, user_id: str, login: PlatformLogin) -> str:
        """The id of the stored login, tried on the platform first: slow, 400 when it is wrong. Documented.

        NEVER repeat it unseen: every call stores one more, and a wrong one may lock the account.
        """
        answer = self.call("add_platform_credential", query={"userId": user_id}, body=login.wire())
        return answer.one().identifier("credentialId", "id")

    def update_login(self, user_id: str, login_id: str, change: PlatformLoginChange) -> Accepted:
        """Changes a stored login and keeps its id. May be repeated. Secondary."""
        body = change.wire()
        if not body:
            raise ValueError("nothing to change")
        query = {"userId": user_id, "credentialId": login_id}
        return accepted(self.call("update_platform_credential", query=query, body=body))

    def remove_login(self, user_id: str, login_id: str) -> Accepted:
        """May be repeated. Documented."""
        return accepted(self.call("remove_platform_credential", query={"userId": user_id, "credentialId": login_id}))

    def export(self, user_id: str, login_id: str, mailbox_ids: Sequence[str]) -> Accepted:
        """Queues the hand-over of many mailboxes at once; mailbox.exported may tell the end. Documented.

        NEVER repeat it unseen. The list has two names in the sources; the second is tried when the first was missed.
        """
        ids = filled(mailbox_ids)
        try:
            return self._export(user_id, {"credentialId": login_id, "componentMailboxIds": ids})
        except Refused as refusal:
            if refusal.status != 400 or not MISSES_A_FIELD.search(refusal.reason):
                raise
        return self._export(user_id, {"credentialId": login_id, "mailboxIds": ids})

    def workspaces(self, user_id: str, login_id: str) -> tuple[PlatformWorkspace, ...]:
        """The organisations of an INSTANTLY login. Path secondary, answer assumed."""
        answer = self.call("list_platform_workspaces", query={"userId": user_id, "credentialId": login_id})
        return read_each(answer.many("workspaces"), PlatformWorkspace.read, ids=("orgId", "id")).items

    def _export(self, user_id: str, body: dict[str, Any]) -> Accepted:
        return accepted(self.call("export_mailboxes", query={"userId": user_id}, body=body))
