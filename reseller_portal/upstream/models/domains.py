"""Domains as they are registered."""

from dataclasses import dataclass
from datetime import datetime

from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True)
class DomainForwarding:
    """Where visitors of the domain are sent; `is_masked` keeps the domain in their address bar."""

    forward_to: str
    is_masked: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Domain:
    """A domain of one customer. Only `id`, `name` and `status` are certain.

    `status`: PENDING, ACTIVE, RENEWING, GRACE_PERIOD, EXPIRED, TRANSFERRED, INACTIVE or a new word.
    `auto_renew` is about the domain, not about its mailboxes. `catch_all` receives all mail sent to the domain.
    `unread` names the keys whose values could not be read, and count as not told.
    """

    id: str
    name: str
    status: str
    registered_at: datetime | None = None
    expires_at: datetime | None = None
    purchase_type: str = ""
    provider: str = ""
    auto_renew: bool | None = None
    has_privacy: bool | None = None
    forwarding: DomainForwarding | None = None
    catch_all: str = ""
    subscription_id: str = ""
    mailbox_count: int | None = None
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, found: Reader) -> "Domain":
        found = found.lenient()
        catch_all = found.one("emailForwarding")
        return cls(
            id=found.identifier("domainId", "id"),
            name=found.identifier("domainName"),
            status=found.state("status"),
            registered_at=found.maybe_moment("registeredOn", "createdAt", "creationTime"),
            expires_at=found.maybe_moment("expireOn"),
            purchase_type=found.state_or_empty("purchaseType"),
            provider=found.state_or_empty("serviceProvider"),
            auto_renew=found.maybe_flag("autoRenew"),
            has_privacy=found.maybe_flag("domainProtection"),
            forwarding=_forwarding(found.one("domainForwarding")),
            catch_all=catch_all.text_or_note("email") if catch_all else "",
            subscription_id=found.text_or_empty("subscriptionId"),
            mailbox_count=found.maybe_whole("mailboxCount"),
            unread=found.unread,
        )


def _forwarding(found: Reader | None) -> DomainForwarding | None:
    target = found.text_or_note("forwardTo") if found else ""
    return DomainForwarding(target, found.maybe_flag("maskForwarding")) if found and target else None
