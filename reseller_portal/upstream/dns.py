"""Records and name servers of a customer's domain. Nothing here reaches the public once the name servers are others."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reseller_portal.upstream.answer import Accepted, Answer, accepted
from reseller_portal.upstream.caller import Caller
from reseller_portal.upstream.models.dns import DnsRecord, DnsRecordDraft, Zone
from reseller_portal.upstream.reader import Reader, read_each

IDS = ("recordId", "id")


@dataclass(frozen=True)
class Dns:
    call: Caller

    def list(self, user_id: str, domain: str) -> Zone:
        """All records, not paged. Secondary."""
        found = self.call("list_dns_records", query={"userId": user_id, "domain": domain}).one()
        if not found.has("records"):
            raise found.malformed("records")
        served = read_each(found.many("records"), DnsRecord.read, ids=IDS)
        kept = read_each(found.lenient().many("disabledRecords"), DnsRecord.read, ids=IDS)
        return Zone(served.items, kept.items, (*served.left_out, *kept.left_out))

    def add(self, user_id: str, domain: str, records: Sequence[DnsRecordDraft]) -> tuple[DnsRecord, ...]:
        """What the upstream says it added, () where it does not say. Path secondary, body documented.

        A repeat may add a record twice, one bad record may spoil the others: read, add what is missing, read again.
        """
        if not records:
            raise ValueError("no records to add")
        body = {"domain": domain, "records": [record.wire() for record in records]}
        return _added(self.call("add_dns_records", query={"userId": user_id}, body=body))

    def update(self, user_id: str, domain: str, record_id: str, record: DnsRecordDraft) -> DnsRecord | None:
        """Replaces the whole record; None where the answer does not show it. May be repeated. Secondary.

        The id may change and DMARC be completed: look the record up by host, type and value afterwards.
        """
        if record.excluded_dmarc_tags:
            raise ValueError("tags can only be excluded when a record is added")
        body = {"recordId": record_id, "domain": domain, **record.wire()}
        found = self.call("update_dns_record", query={"userId": user_id}, body=body).maybe_one()
        return DnsRecord.read(found) if found else None

    def delete(self, user_id: str, domain: str, record_id: str) -> Accepted:
        """May be repeated. Secondary."""
        query = {"userId": user_id, "recordId": record_id, "domain": domain}
        return accepted(self.call("delete_dns_record", query=query))

    def replace_nameservers(self, user_id: str, domain: str, nameservers: Sequence[str]) -> Accepted:
        """The whole list, queued; up to 48 hours until seen everywhere, no event tells. May be repeated. Secondary."""
        if isinstance(nameservers, str) or not nameservers:
            raise ValueError("a domain needs name servers")
        body = {"nameservers": list(nameservers)}
        return accepted(self.call("replace_nameservers", query={"userId": user_id, "domain": domain}, body=body))


def _records(found: Iterable[Reader]) -> tuple[DnsRecord, ...]:
    return tuple(DnsRecord.read(record) for record in found)


def _added(answer: Answer) -> tuple[DnsRecord, ...]:
    """A list, a list one key deeper, the one record, or nothing."""
    bare = answer.maybe_one()
    if bare is None:
        return _records(answer.many("records")) if answer.content is not None else ()
    return _records([bare] if bare.has("recordId", "id") else bare.many("records"))
