"""Tests of where mail lands."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reseller_portal.upstream.reader import Reader


@dataclass(frozen=True, kw_only=True)
class MailboxPlacement:
    """The result for one mailbox. `report` is passed through: its inside is not documented."""

    id: str
    status: str
    from_address: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, found: Reader) -> "MailboxPlacement":
        report = found.one("report")
        return cls(
            id=found.identifier("placementOrderId", "id"),
            status=found.state("status"),
            from_address=found.text_or_empty("fromEmail"),
            report=report.values if report else {},
        )


@dataclass(frozen=True, kw_only=True)
class PlacementReport:
    """One purchase of tests, `id` being its order. `status`: PENDING (no failure), COMPLETED, FAILED or a new word."""

    id: str
    status: str
    mailboxes: tuple[MailboxPlacement, ...]
    has_spamassassin: bool | None = None
    has_blacklist: bool | None = None
    has_ai_insight: bool | None = None
    ai_insight: Any = None
    mailbox_count: int | None = None

    @classmethod
    def read(cls, found: Reader) -> "PlacementReport":
        found = found.lenient()
        if not found.has("mailboxes"):
            raise found.malformed("mailboxes")
        return cls(
            id=found.identifier("orderId"),
            status=found.state("status"),
            mailboxes=tuple(MailboxPlacement.read(box) for box in found.many("mailboxes")),
            has_spamassassin=found.maybe_flag("spamassassin"),
            has_blacklist=found.maybe_flag("blacklist"),
            has_ai_insight=found.maybe_flag("aiInsightRequested"),
            ai_insight=found.values.get("aiInsight"),
            mailbox_count=found.maybe_whole("mailboxCount"),
        )
