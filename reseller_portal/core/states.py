"""One look for each state, the same everywhere: a tone, an icon, and never colour alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Look:
    tone: str
    icon: str


WAITING = Look("neutral", "clock")
WORKING = Look("working", "loader")
DONE = Look("done", "circle-check")
ATTENTION = Look("attention", "triangle-alert")
FAILED = Look("failed", "circle-x")
ENDED = Look("neutral", "circle-minus")

LOOKS = {
    "waiting": WAITING, "due": WAITING,
    "working": WORKING, "checking": WORKING, "sending": WORKING, "accepted": WORKING, "PENDING": WORKING,
    "RENEWING": WORKING, "IN_PROGRESS": WORKING, "CREATING_PASSWORD": WORKING,
    "done": DONE, "ready": DONE, "yours": DONE, "delivered": DONE, "ACTIVE": DONE, "active": DONE,
    "running": WORKING, "repairing": WORKING, "repaired": DONE, "open": ATTENTION, "stopped": ENDED, "noted": ENDED,
    "gone": ENDED,
    "partly": ATTENTION, "unknown": ATTENTION, "needs_person": ATTENTION, "GRACE_PERIOD": ATTENTION,
    "failed": FAILED, "problem": FAILED, "FAILED": FAILED, "EXPIRED": FAILED, "suspended": FAILED,
    "REMOVED": ENDED, "ignored": ENDED, "put_away": ENDED,
}  # fmt: skip


def look_of(state: str) -> Look:
    """An unknown state looks like one that waits; its own word stands beside it."""
    return LOOKS.get(state, WAITING)
