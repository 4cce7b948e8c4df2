"""The control page for people: the same rooms as under /control/, as forms that work without a script."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reseller_portal.sandbox import controlling
from reseller_portal.sandbox.faults import KINDS
from reseller_portal.sandbox.wire import Refusal

HERE = Path(__file__).parent
POLICY = {"Content-Security-Policy": "default-src 'self'; form-action 'self'; frame-ancestors 'none'"}
Page = tuple[int, bytes, dict[str, str]]
SHOWN = 30


def show(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Page:
    """Status, bytes and headers of `/` or `/page.css`. A form of another site is refused with 403."""
    if path == "/page.css":
        return 200, (HERE / "page.css").read_bytes(), {"Content-Type": "text/css; charset=utf-8"}
    status, notice = 200, ""
    if method == "POST":
        status, notice = _act(headers, body)
    return status, _render(notice).encode(), {"Content-Type": "text/html; charset=utf-8", **POLICY}


def _act(headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
    if urlsplit(headers.get("origin", "")).netloc != headers.get("host", ""):
        return 403, "This form came from another site."
    wish: dict[str, Any] = dict(parse_qsl(body.decode(errors="replace")))
    room = wish.pop("room", "")
    try:
        controlling.answer("POST", f"/control/{room}/", json.dumps(wish).encode())
    except Refusal as refusal:
        return refusal.status, refusal.words
    return 200, "Done."


def _render(notice: str) -> str:
    clock, wallet = _look("clock"), _look("wallet")
    pace = "standing still" if clock["frozen"] else f"running {clock['speed']:g} times as fast as real time"
    return (HERE / "page.html").read_text().format(
        notice=f'<section class="notice" role="status">{escape(notice)}</section>' if notice else "",
        now=escape(str(clock["now"])),
        pace=pace,
        balance=f"{wallet['balance']:,.2f}",
        kinds="".join(f"<option>{kind}</option>" for kind in KINDS),
        faults=_rows(_look("faults")["faults"], ("operation", "kind", "times")),
        events=_rows(_look("events")["events"], ("name", "event_id", "state", "attempts", "last_status")),
        calls=_rows(reversed(_look("calls")["calls"]), ("operation", "status", "at", "key")),
        movements=_rows(reversed(_look("movements")["movements"]), ("at", "cents", "reason", "order_id")),
    )  # fmt: skip


def _look(room: str) -> Mapping[str, Any]:
    return controlling.answer("GET", f"/control/{room}/", b"").content


def _rows(rows: Iterable[Mapping[str, Any]], keys: tuple[str, ...]) -> str:
    cells = [[escape(str(row[key])) for key in keys] for row in rows][:SHOWN]
    return "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
