"""The tables of the control page."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

SHOWN = 30
Row = Mapping[str, Any]
REPLAY = (
    '<form method="post"><input type="hidden" name="room" value="events">'
    '<input type="hidden" name="replay" value="{key}"><button aria-label="Send {name} again">Send again</button></form>'
)


def when(text: str) -> str:
    """A moment of the wire, shorter."""
    return text[:19].replace("T", " ")


def event_log(rows: Sequence[Row]) -> str:
    lines = [
        [
            escape(row["name"]),
            escape(row["event_id"]),
            when(row["at"]),
            row["state"],
            str(row["attempts"]),
            escape(row["last_status"]) or "–",
            REPLAY.format(key=escape(row["event_id"]), name=escape(row["name"])),
        ]
        for row in rows[:SHOWN]
    ]
    heads = ["Event", "Id", "At", "State", "#Attempts", "Last answer", "Again"]
    return _table("Latest events", heads, lines, "No event yet. Order something.")


def call_log(rows: Sequence[Row]) -> str:
    lines = [
        [escape(row["operation"]), str(row["status"] or "no answer"), when(row["at"]), escape(row["key"])]
        for row in rows[:SHOWN]
    ]
    return _table("Latest calls", ["Operation", "Status", "At", "Key"], lines, "No call yet.")


def book(rows: Sequence[Row]) -> str:
    lines = [
        [escape(row["reason"]), when(row["at"]), escape(row["order_id"]) or "–", f"{row['cents'] / 100:,.2f}"]
        for row in rows[:SHOWN]
    ]
    return _table("Wallet book", ["For", "At", "Order", "#USD"], lines, "Nothing was taken and nothing added.")


def fault_list(rows: Iterable[Row]) -> str:
    lines = [[escape(row["operation"]), row["kind"], _how_often(row)] for row in rows]
    return _table("Faults", ["Operation", "Kind", "#Times"], lines, "")


def _how_often(fault: Row) -> str:
    rate = fault["options"].get("rate")
    return str(fault["times"]) if rate is None else f"{rate:.0%} of all"


def name_list(rows: Iterable[Row]) -> str:
    return _table("Names with a fate", ["Name", "Fate"], [[escape(row["name"]), row["fate"]] for row in rows], "")


def _table(label: str, heads: Sequence[str], lines: Sequence[Sequence[str]], empty: str) -> str:
    """A head that begins with # stands over numbers. Cells are HTML already."""
    if not lines:
        return f'<p class="empty">{empty}</p>' if empty else ""
    kinds = [' class="number"' if head.startswith("#") else "" for head in heads]
    names = (head.lstrip("#") for head in heads)
    head = "".join(f'<th scope="col"{kind}>{name}</th>' for name, kind in zip(names, kinds, strict=True))
    rows = ("".join(f"<td{kind}>{cell}</td>" for cell, kind in zip(line, kinds, strict=True)) for line in lines)
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{label}, table">{table}</div>'
