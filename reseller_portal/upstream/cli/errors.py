"""One line for each way a call can end badly, saying what to do next."""

from reseller_portal.upstream.errors import Malformed, Refused, Throttled, Unreachable, UpstreamError


class UsageError(ValueError):
    """The command cannot be meant; nothing was sent."""


# Exit codes; 2 is a command that cannot be meant.
CODES: dict[type[UpstreamError], int] = {Unreachable: 3, Throttled: 4, Refused: 5, Malformed: 6}


def exit_code(error: UpstreamError) -> int:
    return next(code for kind, code in CODES.items() if isinstance(error, kind))


def advice(error: UpstreamError) -> str:
    if isinstance(error, Unreachable):
        return f"Unreachable: {error}. It may have happened: look before you send it again."
    if isinstance(error, Throttled):
        return f"Throttled: {error}. Nothing happened: send it again after {error.retry_after:g} s."
    if isinstance(error, Refused):
        return f"Refused: {error}. Nothing happened."
    return f"Malformed: {error}. The upstream breaks its contract: tell the people who keep this client."
