"""What time does to a domain: renewal, grace and expiry, on the sandbox's clock."""

from datetime import UTC, datetime, timedelta

from reseller_portal.sandbox import catalogue, clock, events, steps, wallet
from reseller_portal.sandbox.models import Domain
from reseller_portal.sandbox.steps import later, step
from reseller_portal.sandbox.wire import Refusal

WINDOW = timedelta(days=45)
AUTO_RENEWAL = timedelta(days=30)
GRACE = timedelta(days=7)
WORK_SECONDS = 5.0
RETRY_SECONDS = 86_400.0


def grace_end(expires_at: datetime) -> datetime:
    """The last moment of the UTC day seven days after expiry."""
    return (expires_at.astimezone(UTC) + GRACE).replace(hour=23, minute=59, second=59, microsecond=0)


def why_not_renewable(domain: Domain) -> str:
    """Words of the refusal, or nothing when a renewal may start now."""
    if domain.status == "GRACE_PERIOD":
        return ""
    if domain.status != "ACTIVE" or domain.expires_at is None:
        return f"Domain is {domain.status} and cannot be renewed"
    if domain.expires_at - clock.now() > WINDOW:
        return "Domain is not within the 45 day renewal window"
    return ""


def watch_domain(domain: Domain) -> None:
    """Have the clock look at a domain when it may renew itself, and when it expires."""
    if domain.expires_at:
        steps.at(domain.expires_at - AUTO_RENEWAL, "domain_auto_renews", domain.id)
        steps.at(domain.expires_at, "domain_expires", domain.id)


def begin_domain_renewal(domain: Domain, *, years: int, action_id: str = "-") -> None:
    before, domain.status = domain.status, "RENEWING"
    domain.save(update_fields=["status"])
    later(WORK_SECONDS, "domain_renews", f"{domain.id} {years} {action_id} {before}")


@step("domain_auto_renews")
def renew_by_itself(domain_id: str) -> None:
    domain = _domain(domain_id)
    if domain and domain.auto_renew and not why_not_renewable(domain):
        begin_domain_renewal(domain, years=1)


@step("domain_renews")
def finish_domain_renewal(subject: str) -> None:
    domain_id, years, action_id, before = subject.split()
    domain = _domain(domain_id)
    if domain is None or domain.status != "RENEWING" or domain.expires_at is None:
        return
    cause = None if action_id == "-" else action_id
    price = catalogue.renewal_minor(domain.name) * int(years)
    try:
        wallet.charge(price, f"Renewal of {domain.name}")
    except Refusal as refusal:
        _fail_domain_renewal(domain, before, refusal.words, cause)
        return
    domain.status = "ACTIVE"
    domain.expires_at = clock.months_later(domain.expires_at, 12 * int(years))
    domain.save()
    watch_domain(domain)
    facts = {**_domain_facts(domain), "years": int(years), "price": wallet.as_dollars(price)}
    events.emit("domain.renewal.success", domain.person, facts, action_id=cause)


def _fail_domain_renewal(domain: Domain, before: str, reason: str, action_id: str | None) -> None:
    domain.status = before
    domain.save(update_fields=["status"])
    events.emit(
        "domain.renewal.failed", domain.person, {**_domain_facts(domain), "reason": reason}, action_id=action_id
    )
    if domain.auto_renew:
        later(RETRY_SECONDS, "domain_auto_renews", domain.id)
    expire_domain(domain.id)
    end_grace(domain.id)


@step("domain_expires")
def expire_domain(domain_id: str) -> None:
    domain = _domain(domain_id)
    if domain is None or domain.status != "ACTIVE" or not domain.expires_at or domain.expires_at > clock.now():
        return
    domain.status = "GRACE_PERIOD"
    domain.save(update_fields=["status"])
    end = grace_end(domain.expires_at)
    steps.at(end + timedelta(seconds=1), "domain_grace_ends", domain.id)
    facts = {**_domain_facts(domain), "gracePeriodEndsAt": clock.as_event_text(end)}
    del facts["autoRenew"]
    events.emit("domain.grace_period", domain.person, facts)


@step("domain_grace_ends")
def end_grace(domain_id: str) -> None:
    domain = _domain(domain_id)
    if domain is None or domain.status != "GRACE_PERIOD" or not domain.expires_at:
        return
    if clock.now() <= grace_end(domain.expires_at):
        return
    domain.status = "EXPIRED"
    domain.save(update_fields=["status"])
    facts = _domain_facts(domain)
    del facts["autoRenew"]
    events.emit("domain.expired", domain.person, facts)


def _domain(domain_id: str) -> Domain | None:
    return Domain.objects.select_related("person").filter(pk=domain_id).first()


def _domain_facts(domain: Domain) -> dict[str, object]:
    return {
        "domainId": domain.id,
        "domainName": domain.name,
        "expiryDate": clock.as_event_text(domain.expires_at or clock.now()),
        "autoRenew": domain.auto_renew,
    }
