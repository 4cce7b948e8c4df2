"""Mailboxes: reading, changing and removing them. What comes back may hold credentials."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from reseller_portal.upstream.answer import Accepted, Answer, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.errors import Refused
from reseller_portal.upstream.models.mailboxes import (
    Mailbox,
    MailboxAdmin,
    MailboxChange,
    MailboxChanged,
    MailboxHealth,
)
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk
from reseller_portal.upstream.reader import Missed, Reader

IDS = ("mailboxId", "id")


@dataclass(frozen=True)
class Mailboxes:
    call: Caller

    def list(self, user_id: str, page: int = 1, limit: int = MOST_PER_PAGE, contains: str = "") -> Page[Mailbox]:
        """One page of a customer's mailboxes; a foreign `user_id` may give an empty one. Secondary, answer assumed."""
        query = {"userId": user_id, **page_query(page, limit), "contains": contains}
        return _page(self.call("list_user_mailboxes", query=query), page)

    def all(self, user_id: str, contains: str = "", *, left_out: Missed | None = None) -> Iterator[Mailbox]:
        """Every page of `list`, each mailbox once; what is missing in one pass need not be gone. `left_out`: `walk`."""
        return walk(lambda page: self.list(user_id, page, contains=contains), left_out)

    def get(self, mailbox_id: str) -> Mailbox:
        """One mailbox of any customer: compare `user_id` before you show it. 404 when removed. Secondary."""
        return Mailbox.read(self.call("get_mailbox", query={"mailboxId": mailbox_id}).one("mailbox"))

    def list_of_everyone(self, page: int = 1, limit: int = MOST_PER_PAGE, contains: str = "") -> Page[Mailbox]:
        """One page of the mailboxes of all customers. Secondary, answer assumed."""
        return _page(self.call("list_all_mailboxes", query={**page_query(page, limit), "contains": contains}), page)

    def all_of_everyone(self, contains: str = "") -> Iterator[Mailbox]:
        """Every page of `list_of_everyone`, each mailbox once."""
        return walk(lambda page: self.list_of_everyone(page, contains=contains))

    def get_admin(self, user_id: str, mailbox_id: str) -> MailboxAdmin:
        """The administrator of the mailbox's workspace, password included: only when a person asked. Secondary."""
        answer = self.call("get_mailbox_admin", query={"userId": user_id, "mailboxId": mailbox_id})
        return MailboxAdmin.read(answer.one("adminDetails"))

    def update(self, user_id: str, change: MailboxChange) -> Accepted:
        """Queues the change; mailbox.updated tells the end. A new username is a new address. Secondary.

        May be repeated.
        """
        answer = self.call("update_mailboxes", query={"userId": user_id}, body={"mailboxData": change.wire()})
        for result in map(MailboxChanged.read, answer.many() if isinstance(answer.content, list) else ()):
            if not result.is_accepted:
                raise Refused(answer.operation, 200, result.message)
        return accepted(answer)

    def update_many(self, user_id: str, changes: Sequence[MailboxChange]) -> tuple[MailboxChanged, ...]:
        """The outcome of each change: some may be refused while others are queued. May be repeated. Secondary."""
        if not changes:
            raise ValueError("no mailboxes to change")
        body = {"mailboxData": [change.wire() for change in changes]}
        answer = self.call("update_mailboxes", query={"userId": user_id}, body=body)
        return tuple(MailboxChanged.read(item) for item in answer.many("results"))

    def remove(self, user_id: str, mailbox_id: str) -> Accepted:
        """Queues the loss of the mailbox; no event tells the end, `get` gives 404. May be repeated. Documented.

        With the last mailbox goes the whole workspace. Refused in the last 24 hours of the subscription.
        """
        return accepted(self.call("remove_mailbox", query={"userId": user_id}, body={"mailboxId": mailbox_id}))

    def validate(self, user_id: str, mailbox_id: str) -> MailboxHealth:
        """Tries SMTP and DNS: slow, never in a loop. A refusal means unhealthy, too. Path secondary, answer assumed."""
        body = {"mailboxId": mailbox_id}
        found = self.call("validate_mailbox", query={"userId": user_id}, body=body).maybe_one()
        return MailboxHealth.read(found) if found else MailboxHealth(mailbox_id)


def _page(answer: Answer, asked: int) -> Page[Mailbox]:
    grouped = answer.maybe_one()
    if grouped and not grouped.has("mailboxes") and grouped.has("domains"):
        boxes = [box for group in grouped.many("domains") for box in _inside(group)]
        return read_page(answer, Mailbox.read, boxes, asked, ids=IDS)
    return read_page(answer, Mailbox.read, answer.many("mailboxes"), asked, ids=IDS)


def _inside(group: Reader) -> list[Reader]:
    """The mailboxes of one domain, each told its domain."""
    group = group.lenient()
    domain = {"domain": group.text_or_empty("domainName")}
    return [replace(box, values={**domain, **box.values}, notes=None) for box in group.many("mailboxes")]
