"""Records of a domain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reseller_portal.upstream.reader import LeftOut, Reader


@dataclass(frozen=True)
class DnsRecord:
    """One record. `type` is upper case, `ttl` in seconds; `priority` is None where it means nothing.

    `unread` names the keys whose values could not be read, and count as not told.
    """

    id: str
    host: str
    value: str
    type: str
    priority: int | None = None
    ttl: int | None = None
    unread: tuple[str, ...] = ()

    @classmethod
    def read(cls, found: Reader) -> "DnsRecord":
        found = found.lenient()
        return cls(
            id=found.identifier("recordId", "id"),
            host=found.text("host"),
            value=found.text("value"),
            type=found.identifier("recordType"),
            priority=None if found.values.get("priority") == "" else found.maybe_whole("priority"),
            ttl=found.maybe_whole("ttl"),
            unread=found.unread,
        )


@dataclass(frozen=True)
class DnsRecordDraft:
    """A record to write. The upstream completes DMARC values, but for `excluded_dmarc_tags`: read back, they differ."""

    host: str
    value: str
    type: str
    priority: int | None = None
    excluded_dmarc_tags: Sequence[str] = ()

    def __post_init__(self) -> None:
        if self.excluded_dmarc_tags and not self.is_dmarc:
            raise ValueError("only a DMARC record has tags to exclude")

    @property
    def is_dmarc(self) -> bool:
        return self.type == "TXT" and (self.host == "_dmarc" or self.host.startswith("_dmarc."))

    def wire(self) -> dict[str, Any]:
        tags = {"excludedDMARCtags": list(self.excluded_dmarc_tags)} if self.excluded_dmarc_tags else {}
        priority = {} if self.priority is None else {"priority": self.priority}
        return {"host": self.host, "value": self.value, "recordType": self.type, **priority, **tags}


@dataclass(frozen=True)
class Zone:
    """What the upstream serves for a domain, and what it keeps without serving it.

    A record that cannot be read stands in `left_out` alone; it is there all the same.
    """

    records: tuple[DnsRecord, ...]
    disabled_records: tuple[DnsRecord, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
