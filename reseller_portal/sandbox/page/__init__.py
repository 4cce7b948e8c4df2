"""The control page for people: the same rooms as under /control/, as forms that work without a script."""

import json
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reseller_portal.sandbox import controlling
from reseller_portal.sandbox.control import FATES
from reseller_portal.sandbox.faults import KINDS
from reseller_portal.sandbox.models import Event
from reseller_portal.sandbox.page.tables import book, call_log, event_log, fault_list, name_list, when
from reseller_portal.sandbox.wire import OPERATIONS, Refusal

HERE = Path(__file__).parent
POLICY = {"Content-Security-Policy": "default-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'"}
Page = tuple[int, bytes, dict[str, str]]
# What an empty field means something in; elsewhere it is a field that was left out.
MAY_BE_EMPTY = {"url"}


def show(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Page:
    """Status, bytes and headers of `/` or `/page.css`. A form of another site is refused with 403.

    What was changed is shown by a page of its own, so that loading it again changes nothing again.
    """
    if path == "/page.css":
        return 200, (HERE / "page.css").read_bytes(), {"Content-Type": "text/css; charset=utf-8"}
    if method != "POST":
        return _page(200, "")
    try:
        return 303, b"", {"Location": f"/#{_act(headers, body)}"}
    except Refusal as refusal:
        return _page(refusal.status, refusal.words)


def _page(status: int, notice: str) -> Page:
    return status, _render(notice).encode(), {"Content-Type": "text/html; charset=utf-8", **POLICY}


def _act(headers: Mapping[str, str], body: bytes) -> str:
    """Carry out a form; the room it was for. Raises `Refusal`."""
    if urlsplit(headers.get("origin", "")).netloc != headers.get("host", ""):
        raise Refusal(403, "This form came from another site.")
    fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
    wish: dict[str, Any] = {key: value for key, value in fields if value or key in MAY_BE_EMPTY}
    room = str(wish.pop("room", ""))
    controlling.answer("POST", f"/control/{room}/", json.dumps(wish).encode())
    return room


def _render(notice: str) -> str:
    faults, movements = _look("faults")["faults"], _look("movements")["movements"]
    names = sorted({served.name for served in OPERATIONS.values()})
    return (HERE / "page.html").read_text().format(
        notice=f'<section class="notice" role="alert">{escape(notice)}</section>' if notice else "",
        **_figures(movements),
        armed=len(faults) or "None",
        aimed=escape(", ".join(dict.fromkeys(each["kind"] for each in faults)) or "Every call goes well"),
        kinds="".join(f"<option>{kind}</option>" for kind in KINDS),
        fates="".join(f"<option>{fate}</option>" for fate in FATES),
        operations="".join(f'<option value="{name}"></option>' for name in names),
        faults=fault_list(faults),
        names=name_list(_look("names")["names"]),
        events=event_log(_look("events")["events"]),
        calls=call_log(_look("calls")["calls"][::-1]),
        movements=book(movements[::-1]),
    )  # fmt: skip


def _figures(movements: list[Mapping[str, Any]]) -> dict[str, str]:
    """The figures above the rooms, each with a line that explains it."""
    clock, url = _look("clock"), str(_look("events")["url"])
    waiting = Event.objects.filter(state__in=["pending", "held"]).count()
    speed = "as fast as real time" if clock["speed"] == 1 else f"{clock['speed']:g} times as fast as real time"
    going = f"They go to {url}" if url else "They wait until you say where they go"
    is_held = _look("manners")["manners"].get("hold")
    spent = -sum(each["cents"] for each in movements if each["cents"] < 0) / 100
    return {
        "now": when(clock["now"]),
        "pace": f"UTC, {'stands still' if clock['frozen'] else speed}",
        "balance": f"{_look('wallet')['balance']:,.2f}",
        "spent": f"{spent:,.2f} USD spent" if spent else "Nothing spent yet",
        "waiting": f"{waiting} waiting" if waiting else "None waiting",
        "url": escape(url),
        "target": escape("New ones are held back" if is_held else going),
    }


def _look(room: str) -> Mapping[str, Any]:
    return controlling.answer("GET", f"/control/{room}/", b"").content
