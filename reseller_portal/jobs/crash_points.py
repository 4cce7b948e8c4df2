"""Named points at which a test lets the process die. In service they do nothing."""

from collections.abc import Callable

# Those of an operation, in their order; other queues name theirs.
POINTS = (
    "before claim",
    "after claim",
    "before call",
    "after call",
    "before settlement commits",
    "after settlement",
)

_hook: Callable[[str], None] | None = None


def reach(point: str) -> None:
    if _hook:
        _hook(point)


def watch(hook: Callable[[str], None] | None) -> None:
    """Be told of every point reached, until told None."""
    global _hook  # noqa: PLW0603  # one process, one observer
    _hook = hook
