"""The records that a new workspace needs to send and receive, as the two providers ask for them."""

import hashlib

from reseller_portal.sandbox.models import DnsRecord, Domain

Wanted = tuple[str, str, str, int | None]


def equip(domain: Domain) -> None:
    """Once for a domain; a second workspace finds them there. No event tells of them."""
    if domain.records.exists():
        return
    wanted = _of_google(domain.name) if domain.provider == "GOOGLE" else _of_microsoft(domain.name)
    DnsRecord.objects.bulk_create(
        DnsRecord(domain=domain, host=host, kind=kind, value=value, priority=priority)
        for host, kind, value, priority in (*wanted, ("_dmarc", "TXT", "v=DMARC1; p=none", None))
    )


def _of_google(name: str) -> tuple[Wanted, ...]:
    key = hashlib.sha256(name.encode()).hexdigest()
    return (
        ("@", "MX", "smtp.google.com", 1),
        ("@", "TXT", "v=spf1 include:_spf.google.com ~all", None),
        ("google._domainkey", "TXT", f"v=DKIM1; k=rsa; p={key}", None),
    )


def _of_microsoft(name: str) -> tuple[Wanted, ...]:
    dashed = name.replace(".", "-")
    tenant = f"{name.partition('.')[0].replace('-', '')}.onmicrosoft.com"
    return (
        ("@", "MX", f"{dashed}.mail.protection.outlook.com", 0),
        ("@", "TXT", "v=spf1 include:spf.protection.outlook.com ~all", None),
        ("autodiscover", "CNAME", "autodiscover.outlook.com", None),
        ("selector1._domainkey", "CNAME", f"selector1-{dashed}._domainkey.{tenant}", None),
        ("selector2._domainkey", "CNAME", f"selector2-{dashed}._domainkey.{tenant}", None),
    )
