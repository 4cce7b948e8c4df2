"""One line for each way a call can end badly, saying what to do next."""

from reseller_portal.upstream.errors import Malformed, Refused, Throttled, UnknownRoute, Unreachable, UpstreamError
from reseller_portal.upstream.routes import ROUTES


class UsageError(ValueError):
    """The command cannot be meant; nothing was sent."""


# Exit codes; 2 is a command that cannot be meant.
CODES: dict[type[UpstreamError], int] = {Unreachable: 3, Throttled: 4, Refused: 5, Malformed: 6}


def exit_code(error: UpstreamError) -> int:
    return next(code for kind, code in CODES.items() if isinstance(error, kind))


# What to do after silence, by whether the call may be repeated.
AFTER_SILENCE = {
    "safe": "Nothing was changed: is UPSTREAM_URL right? Then try again.",
    "keyed": "It may have happened: look, or send the very same again.",
    "never": "It may have happened: look before you send it again.",
}


def advice(error: UpstreamError) -> str:
    said = str(error).rstrip(". ")
    if isinstance(error, Unreachable):
        return f"Unreachable: {said}. {AFTER_SILENCE[ROUTES[error.operation].repeatable]}"
    if isinstance(error, Throttled):
        return f"Throttled: {said}. Nothing happened: send it again after {error.retry_after:g} s."
    if isinstance(error, UnknownRoute):
        return f"Refused: {said}. There is no such path: is UPSTREAM_URL right? Else move the operation with --path."
    if isinstance(error, Refused) and error.status == 401:
        return f"Refused: {said}. Nothing happened: is UPSTREAM_KEY right?"
    if isinstance(error, Refused):
        return f"Refused: {said}. Nothing happened."
    return f"Malformed: {said}. The upstream breaks its contract: tell the people who keep this client."
