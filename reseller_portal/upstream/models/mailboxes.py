"""Mailboxes and their secrets."""

from dataclasses import dataclass, field
from datetime import datetime

from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Secrets of one mailbox, each None until the upstream has made it. Never log them, store them encrypted."""

    password: str | None = field(default=None, repr=False)
    app_password: str | None = field(default=None, repr=False)
    authenticator_secret: str | None = field(default=None, repr=False)

    @classmethod
    def read(cls, found: Reader) -> "Credentials":
        return cls(
            password=found.maybe_text("password"),
            app_password=found.maybe_text("appPassword"),
            authenticator_secret=found.maybe_text("authenticatorSecret", "secret"),
        )


@dataclass(frozen=True, kw_only=True)
class Mailbox:
    """One mailbox. `status`: IN_PROGRESS, CREATING_PASSWORD, ACTIVE, EXPIRED or a new word.

    `warmup_status` (PENDING, ACTIVE, PAUSED, STOPPED) goes its own way. Only `id`, `email` and `status` are certain.
    """

    id: str
    email: str
    status: str
    credentials: Credentials = field(repr=False)
    username: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    profile_picture: str | None = None
    warmup_status: str | None = None
    user_id: str | None = None
    domain_id: str | None = None
    domain: str | None = None
    subscription_id: str | None = None
    service_provider: str | None = None
    is_admin: bool | None = None
    created_at: datetime | None = None
    expires_at: datetime | None = None

    @classmethod
    def read(cls, found: Reader) -> "Mailbox":
        return cls(
            id=found.identifier("mailboxId", "id"),
            email=found.text("email"),
            status=found.text("status"),
            credentials=Credentials.read(found),
            username=found.maybe_text("username"),
            first_name=found.maybe_text("firstName"),
            last_name=found.maybe_text("lastName"),
            profile_picture=found.maybe_text("profilePicture"),
            warmup_status=found.maybe_text("warmupStatus"),
            user_id=found.maybe_identifier("userId"),
            domain_id=found.maybe_identifier("domainId"),
            domain=found.maybe_text("domain"),
            subscription_id=found.maybe_identifier("subscriptionId"),
            service_provider=found.maybe_text("serviceProvider"),
            is_admin=found.maybe_flag("isAdmin"),
            created_at=found.maybe_moment("createdAt"),
            expires_at=found.maybe_moment("expiryDate"),
        )


@dataclass(frozen=True, kw_only=True)
class MailboxAdmin:
    """The account that administrates a workspace."""

    email: str
    credentials: Credentials = field(repr=False)
    id: str | None = None
    domain: str | None = None
    is_admin: bool | None = None

    @classmethod
    def read(cls, found: Reader) -> "MailboxAdmin":
        return cls(
            email=found.identifier("email"),
            credentials=Credentials.read(found),
            id=found.maybe_identifier("mailboxId", "id"),
            domain=found.maybe_text("domain"),
            is_admin=found.maybe_flag("isAdmin"),
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
