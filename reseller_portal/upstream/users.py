"""Customers: one upstream user for each."""

from collections.abc import Iterator
from dataclasses import dataclass

from reseller_portal.upstream.answer import Accepted, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.users import User, UserDraft
from reseller_portal.upstream.paging import MOST_PER_PAGE, Page, page_query, read_page, walk
from reseller_portal.upstream.reader import Missed


@dataclass(frozen=True)
class Users:
    call: Caller

    def create(self, draft: UserDraft) -> User:
        """The new customer, at once. Never repeat it unseen: a second call may make a twin of one e-mail. Documented.

        Look with `list(contains=email)` before, and again after `Unreachable`. A 409 means that the customer exists.
        """
        answer = self.call("create_user", body=draft.wire())
        return User.made_from(draft, answer.one("user").identifier("id", "userId"))

    def get(self, user_id: str) -> User:
        """One customer; 404 when there is none, or when it is another partner's. Path secondary, keys assumed."""
        return User.read(self.call("get_user", query={"userId": user_id}).one("user"))

    def list(self, page: int = 1, limit: int = MOST_PER_PAGE, contains: str = "") -> Page[User]:
        """One page of the customers; `contains` may be ignored by the upstream. Path secondary, answer assumed."""
        answer = self.call("list_users", query={**page_query(page, limit), "contains": contains})
        return read_page(answer, User.read, answer.many("users"), asked=page, ids=("id", "userId"))

    def all(self, contains: str = "", *, left_out: Missed | None = None) -> Iterator[User]:
        """Every page of `list`, each customer once; who is missing in one pass need not be gone. `left_out`: `walk`."""
        return walk(lambda page: self.list(page, contains=contains), left_out)

    def update(self, user_id: str, draft: UserDraft) -> Accepted:
        """Replaces all fields, the e-mail too: read, change, send everything. May be repeated. Documented."""
        return accepted(self.call("update_user", query={"userId": user_id}, body=draft.wire()))

    def delete(self, user_id: str) -> Accepted:
        """Deletes a customer without domains and mailboxes, for ever. 404 on a repeat. Documented.

        `Refused.details` counts what is still there: `domainCount`, `mailboxCount`.
        """
        return accepted(self.call("delete_user", query={"userId": user_id}))
