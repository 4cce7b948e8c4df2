"""Mailboxes and their secrets, kept out of every repr: never log them, store them encrypted."""

from dataclasses import dataclass, field
from datetime import datetime

from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """One mailbox; only `id`, `address` and `status` are certain. Secrets are empty until they are made.

    `status`: IN_PROGRESS, CREATING_PASSWORD, ACTIVE, EXPIRED or a new word.
    `warmup_status` (PENDING, ACTIVE, PAUSED, STOPPED) goes its own way.
    `unread` names the keys whose values could not be read, and count as not told.
    """

    id: str
    address: str
    status: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    profile_picture: str = ""
    warmup_status: str = ""
    user_id: str = ""
    domain_id: str = ""
    domain_name: str = ""
    subscription_id: str = ""
    provider: str = ""
    is_admin: bool | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None
    password: str = field(default="", repr=False)
    app_password: str = field(default="", repr=False)
    authenticator_secret: str = field(default="", repr=False)
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, found: Reader) -> "Mailbox":
        found = found.lenient()
        return cls(
            id=found.identifier("mailboxId", "id"),
            address=found.identifier("email"),
            status=found.state("status"),
            username=found.text_or_empty("username"),
            first_name=found.text_or_empty("firstName"),
            last_name=found.text_or_empty("lastName"),
            profile_picture=found.text_or_empty("profilePicture"),
            warmup_status=found.state_or_empty("warmupStatus"),
            user_id=found.text_or_empty("userId"),
            domain_id=found.text_or_empty("domainId"),
            domain_name=found.text_or_empty("domain"),
            subscription_id=found.text_or_empty("subscriptionId"),
            provider=found.state_or_empty("serviceProvider"),
            is_admin=found.maybe_flag("isAdmin"),
            created_at=found.maybe_moment("createdAt"),
            expires_at=found.maybe_moment("expiryDate"),
            password=found.text_or_empty("password"),
            app_password=found.text_or_empty("appPassword"),
            authenticator_secret=found.text_or_empty("authenticatorSecret", "secret"),
            unread=found.unread,
        )


@dataclass(frozen=True, kw_only=True)
class MailboxAdmin:
    """The account that administrates a workspace; only `address` is certain."""

    address: str
    mailbox_id: str = ""
    domain_name: str = ""
    is_admin: bool | None = None
    password: str = field(default="", repr=False)
    app_password: str = field(default="", repr=False)
    authenticator_secret: str = field(default="", repr=False)

    @classmethod
    def read(cls, found: Reader) -> "MailboxAdmin":
        return cls(
            address=found.identifier("email"),
            mailbox_id=found.text_or_empty("mailboxId", "id"),
            domain_name=found.text_or_empty("domain"),
            is_admin=found.maybe_flag("isAdmin"),
            password=found.text_or_empty("password"),
            app_password=found.text_or_empty("appPassword"),
            authenticator_secret=found.text_or_empty("authenticatorSecret", "secret"),
        )


@dataclass(frozen=True, kw_only=True)
class MailboxChange:
    """What to change of a mailbox; "" leaves a thing as it is. `profile_picture` is a URL."""

    mailbox_id: str
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    profile_picture: str = ""
    removes_picture: bool = False

    def wire(self) -> dict[str, str | bool]:
        """Here, and only here, the upstream writes userName."""
        said: dict[str, str | bool] = {
            "mailboxId": self.mailbox_id,
            "userName": self.username,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "profilePicture": self.profile_picture,
            "removeProfilePicture": self.removes_picture,
        }
        return {key: value for key, value in said.items() if value}


@dataclass(frozen=True)
class MailboxChanged:
    """The outcome for one mailbox: queued, or refused in the words of `message`."""

    mailbox_id: str
    is_accepted: bool
    message: str

    @classmethod
    def read(cls, found: Reader) -> "MailboxChanged":
        return cls(found.identifier("mailboxId", "id"), found.flag("success"), found.text("message"))


@dataclass(frozen=True)
class MailboxHealth:
    """Whether SMTP login works and DNS is in order; None where it was not said."""

    mailbox_id: str
    has_smtp: bool | None = None
    has_dns: bool | None = None
    issues: tuple[str, ...] = ()

    @property
    def is_healthy(self) -> bool:
        return self.has_smtp is not False and self.has_dns is not False

    @classmethod
    def read(cls, found: Reader) -> "MailboxHealth":
        return cls(
            mailbox_id=found.identifier("mailboxId", "id"),
            has_smtp=found.maybe_flag("smtp"),
            has_dns=found.maybe_flag("dns"),
            issues=found.texts("issues"),
        )
