"""Mailboxes: reading them. What comes back may hold credentials."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reseller_portal.upstream.answer import Answer
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.mailboxes import Mailbox
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk
from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True)
class Mailboxes:
    call: Caller

    def list(self, user_id: str, page: int = 1, limit: int = MOST_PER_PAGE, contains: str = "") -> Page[Mailbox]:
        """One page of a customer's mailboxes; a foreign `user_id` may give an empty one. Secondary, answer assumed."""
        query = {"userId": user_id, **page_query(page, limit), "contains": contains}
        return _page(self.call("list_user_mailboxes", query=query), page)

    def all(self, user_id: str, contains: str = "") -> Iterator[Mailbox]:
        return walk(lambda page: self.list(user_id, page, contains=contains))

    def get(self, mailbox_id: str) -> Mailbox:
        """One mailbox of any customer: compare `user_id` before you show it. 404 when removed. Secondary."""
        return Mailbox.read(self.call("get_mailbox", query={"mailboxId": mailbox_id}).one("mailbox"))


def _page(answer: Answer, asked: int) -> Page[Mailbox]:
    grouped = answer.maybe_one()
    if grouped and not grouped.has("mailboxes") and grouped.has("domains"):
        return read_page(
            answer, Mailbox.read, [box for group in grouped.many("domains") for box in _inside(group)], asked
        )
    return read_page(answer, Mailbox.read, answer.many("mailboxes"), asked)


def _inside(group: Reader) -> list[Reader]:
    """The mailboxes of one domain, each told its domain."""
    domain = {"domain": group.maybe_text("domainName")}
    return [replace(box, values={**domain, **box.values}) for box in group.many("mailboxes")]
