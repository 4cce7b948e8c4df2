"""DNS records and name servers of a domain."""

from collections.abc import Iterable, Mapping
from typing import Any

from reseller_portal.sandbox import events
from reseller_portal.sandbox.ids import new_action_id
from reseller_portal.sandbox.models import DnsRecord, Domain
from reseller_portal.sandbox.operations.names import NAME
from reseller_portal.sandbox.operations.owned import domain_by_name
from reseller_portal.sandbox.wire import Answer, Call, Refusal, ok, operation

LONGEST_HOST = 253
KINDS = {"A", "AAAA", "CNAME", "MX", "TXT", "NS", "SRV", "CAA"}


@operation("list_dns_records", "GET", "/dns")
def list_dns_records(call: Call) -> Answer:
    domain = domain_by_name(call, call.need_query("domain"))
    records = [_as_json(each) for each in domain.records.order_by("host", "kind", "id")]
    return ok("DNS records fetched successfully", {"records": records, "disabledRecords": []})


@operation("add_dns_records", "POST", "/dns", writes=True)
def add_dns_records(call: Call) -> Answer:
    """All or none. The same record sent twice is there twice."""
    domain = domain_by_name(call, str(call.need("domain", str)))
    wishes = call.need("records", list)
    if not wishes:
        raise Refusal(400, "records must not be empty")
    records = [_wished(domain, each) for each in wishes]
    DnsRecord.objects.bulk_create(records)
    for record in records:
        _tell(record, "ADDED")
    return ok("Dns records added successfully", [_as_json(each) for each in records])


@operation("update_dns_record", "PUT", "/dns", writes=True)
def update_dns_record(call: Call) -> Answer:
    """Replaces every writable field."""
    domain = domain_by_name(call, str(call.need("domain", str)))
    record = _find(domain, str(call.need("recordId", str)))
    new = _wished(domain, call.body)
    new.pk, new.ttl = record.pk, record.ttl
    new.save(force_update=True)
    _tell(new, "UPDATED")
    return ok("DNS record updated successfully", _as_json(new))


@operation("delete_dns_record", "DELETE", "/dns", writes=True)
def delete_dns_record(call: Call) -> Answer:
    """Parameters in the query; a body with the same keys is understood, too."""
    record_id = str(call.query.get("recordId") or call.body.get("recordId") or "")
    if not record_id:
        raise Refusal(400, "recordId is required")
    record = DnsRecord.objects.select_related("domain", "domain__person").filter(pk=record_id).first()
    if record is None:
        raise Refusal(404, "DNS record not found")
    if record.domain.person_id != call.user_id():
        raise Refusal(403, "DNS record belongs to another user")
    _tell(record, "DELETED")
    record.delete()
    return ok("DNS record deleted successfully")


@operation("replace_nameservers", "PUT", "/dns/nameservers", writes=True)
def replace_nameservers(call: Call) -> Answer:
    """The whole list is replaced (contract, quirk 20)."""
    domain = domain_by_name(call, call.need_query("domain"))
    key = "nameServers" if "nameServers" in call.body else "nameservers"
    hosts = [each.strip(". ").lower() for each in call.need_texts(key)]
    if not all(NAME.match(each) for each in hosts):
        raise Refusal(400, "nameservers must be host names")
    domain.nameservers = hosts
    domain.save(update_fields=["nameservers"])
    return ok("Nameservers updated successfully", actionId=new_action_id())


def _wished(domain: Domain, wish: object) -> DnsRecord:
    if not isinstance(wish, Mapping):
        raise Refusal(400, "each record must be an object")
    texts = {key: wish.get(key) for key in ("host", "value", "recordType")}
    if not all(isinstance(each, str) and each for each in texts.values()):
        raise Refusal(400, "each record needs host, value and recordType")
    if len(str(texts["host"])) > LONGEST_HOST:
        raise Refusal(400, "host is too long")
    kind, host, value = str(texts["recordType"]), str(texts["host"]), str(texts["value"])
    if kind not in KINDS:
        raise Refusal(400, f"recordType {kind} is not supported")
    is_dmarc = kind == "TXT" and (host == "_dmarc" or host.startswith("_dmarc."))
    left_out = wish.get("excludedDMARCtags")
    if left_out is not None and not is_dmarc:
        raise Refusal(400, "excludedDMARCtags is only allowed on a DMARC record")
    if left_out is not None and not isinstance(left_out, list):
        raise Refusal(400, "excludedDMARCtags must be a list")
    if is_dmarc:
        value = _completed(value, domain.person.email, {str(each) for each in left_out or []})
    return DnsRecord(domain=domain, host=host, value=value, kind=kind, priority=_priority(wish.get("priority")))


def _priority(value: object) -> int | None:
    if value is None or value == "":
        return None
    try:
        number = int(str(value))
    except ValueError:
        raise Refusal(400, "priority must be a number") from None
    if not 0 <= number <= 65_535:
        raise Refusal(400, "priority must be from 0 to 65535")
    return number


def _completed(value: str, email: str, left_out: Iterable[str]) -> str:
    """A DMARC value with the tags that the server adds (contract, quirk 19)."""
    parts = [each.strip() for each in value.split(";") if each.strip()]
    present = {each.partition("=")[0].strip().lower() for each in parts} | set(left_out)
    tags = {
        "rua": f"mailto:{email}", "ruf": f"mailto:{email}", "fo": "0", "rf": "afrf", "ri": "604800",
        "pct": "100", "sp": "reject", "aspf": "r", "adkim": "r",
    }  # fmt: skip
    return "; ".join([*parts, *(f"{tag}={text}" for tag, text in tags.items() if tag not in present)])


def _find(domain: Domain, record_id: str) -> DnsRecord:
    record = domain.records.filter(pk=record_id).first()
    if record is None:
        raise Refusal(404, "DNS record not found")
    return record


def _tell(record: DnsRecord, action: str) -> None:
    facts = {"action": action, "domainName": record.domain.name, "record": _as_json(record)}
    events.emit("dns-record.updated", record.domain.person, facts)


def _as_json(record: DnsRecord) -> dict[str, Any]:
    return {
        "recordId": record.id,
        "host": record.host,
        "value": record.value,
        "recordType": record.kind,
        "priority": "" if record.priority is None else record.priority,
        "ttl": record.ttl,
    }
