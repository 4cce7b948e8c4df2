"""Mailboxes, with their credentials."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from reseller_portal.upstream.calls import Caller
from reseller_portal.upstream.reading import Fields, Page, data_of, every, page_of


@dataclass(frozen=True)
class Mailbox:
    """Credentials are empty while the mailbox is being made; they never show in a repr."""

    id: str
    address: str
    status: str
    first_name: str
    last_name: str
    domain_id: str
    domain_name: str
    subscription_id: str
    user_id: str
    provider: str
    is_admin: bool
    expires_at: datetime | None
    password: str = field(default="", repr=False)
    app_password: str = field(default="", repr=False)
    authenticator_secret: str = field(default="", repr=False)


@dataclass(frozen=True)
class Mailboxes:
    """Group `mailboxes` of the API."""

    caller: Caller

    def list(self, user_id: str, *, page: int = 1, limit: int = 100, contains: str = "") -> Page[Mailbox]:
        """One page of a user's mailboxes; the path says *single*, the answer is many. Evidence: secondary."""
        operation = "list_user_mailboxes"
        query = {"userId": user_id, "page": page, "limit": limit, **({"contains": contains} if contains else {})}
        return page_of(data_of(operation, self.caller.call(operation, query=query)), "mailboxes", _read)

    def all(self, user_id: str, *, contains: str = "") -> Iterator[Mailbox]:
        return every(lambda number: self.list(user_id, page=number, contains=contains), lambda mailbox: mailbox.id)

    def get(self, mailbox_id: str) -> Mailbox:
        """One mailbox of any customer of the partner: check whose it is before calling. Evidence: secondary."""
        data = data_of("get_mailbox", self.caller.call("get_mailbox", query={"mailboxId": mailbox_id}))
        return _read(data.object("mailbox") if "mailbox" in data.content else data)


def _read(fields: Fields) -> Mailbox:
    return Mailbox(
        id=fields.text("mailboxId", "id"),
        address=fields.text("email"),
        status=fields.text("status").upper(),
        first_name=fields.text_or_empty("firstName"),
        last_name=fields.text_or_empty("lastName"),
        domain_id=fields.text_or_empty("domainId"),
        domain_name=fields.text_or_empty("domain", "domainName"),
        subscription_id=fields.text_or_empty("subscriptionId", "componentSubscriptionId"),
        user_id=fields.text_or_empty("userId"),
        provider=fields.text_or_empty("serviceProvider", "workspaceType"),
        is_admin=fields.flag("isAdmin"),
        expires_at=fields.time_or_none("expiryDate", "expireOn"),
        password=fields.text_or_empty("password"),
        app_password=fields.text_or_empty("appPassword"),
        authenticator_secret=fields.text_or_empty("authenticatorSecret"),
    )
