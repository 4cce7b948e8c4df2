"""How many wrong passwords are listened to. Strangers must not be able to lock a person out.

Five wrong ones in five minutes from one network close that network for the address, and ten in a minute close it for
all addresses. From everywhere together the limit is higher and grows slowly. A device on which the person has signed in
before, or set a password by a mailed link, has a count of its own, of five in five minutes: what others type elsewhere
does not close it. Wherever it is carried, it has that for so many wrong passwords a day in all; beyond them it counts
as any other.

Wrong codes of the second step are counted in the same way, by the person, as the password was right already. Whoever
typed them knows it, so the person is told; a new password, which shuts them out, opens the codes again once a day.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal import ratelimit as internal_ratelimit
from allauth.core.internal.ratelimit import truncate_ip
from django.core.cache import cache
from django.http import HttpRequest

from accounts.devices import device_of, is_known_device, was_link_used
from accounts.models import User
from accounts.security_log import log
from accounts.services.addresses import holder_of

FAILED, IN_NETWORK, ANYWHERE = "login_failed", "login_failed_in_network", "login_failed_anywhere"
ON_DEVICE = "login_failed_on_device"
CODE_FAILED, CODE_ANYWHERE, CODE_AT_HOME = "code_failed", "code_failed_anywhere", "code_failed_at_home"
A_DAY = 24 * 3600


class Limited(Exception):
    """No password is listened to now. `is_about_address` where wrong ones were typed for this address."""

    def __init__(self, *, is_about_address: bool) -> None:
        super().__init__()
        self.is_about_address = is_about_address


def take(request: HttpRequest, address: str) -> list[Any]:
    """Count one try; each of the answered can be rolled back when the password was right.

    Raises `Limited`, which says whether it is for wrong passwords of this address.
    """
    network = _network(request)
    if is_at_home(request, address):
        of_known = _consume(request, FAILED, _known_key(request, address))
        return [of_known, _consume(request, ON_DEVICE, _device_key(request, address))]
    if not ratelimit.consume(request, action=ANYWHERE, key=address.lower(), dry_run=True):
        raise Limited(is_about_address=True)
    try:
        of_network = _consume(request, IN_NETWORK)
    except Limited:
        raise Limited(is_about_address=False) from None
    return [of_network, _consume(request, FAILED, f"{address.lower()}:{network}")]


def take_code(request: HttpRequest, person: User) -> list[Any]:
    """Count one try of a code of the second step; each of the answered can be rolled back when it was right.

    Raises `Limited`. All devices on which the person has signed in before share one count, so that one which was
    stolen is no way around it.
    """
    if is_known_device(request, person):
        return [_consume(request, CODE_AT_HOME, str(person.pk))]
    of_network = _consume(request, CODE_FAILED, f"{person.pk}:{_network(request)}")
    return [of_network, _consume(request, CODE_ANYWHERE, str(person.pk))]


def give_back(tries: list[Any]) -> None:
    """What was typed was right."""
    for each in tries:
        each.rollback()


def open_codes(request: HttpRequest, person: User) -> None:
    """The person has a new password. Once a day: whoever has their mailbox guesses no more codes by setting many."""
    if cache.add(f"codes-opened:{person.pk}", True, A_DAY):
        for action, key in (
            (CODE_FAILED, f"{person.pk}:{_network(request)}"),
            (CODE_ANYWHERE, str(person.pk)),
            (CODE_AT_HOME, str(person.pk)),
        ):
            ratelimit.clear(request, action=action, key=key)


def open_device(request: HttpRequest, address: str) -> None:
    """For a device that is known from now on: what was typed on it for this address counts no more."""
    ratelimit.clear(request, action=FAILED, key=_known_key(request, address))
    ratelimit.clear(request, action=ON_DEVICE, key=_device_key(request, address))


def is_at_home(request: HttpRequest, address: str) -> bool:
    """Whether the person has signed in, or used a mailed link, on this device, and few wrong passwords came from it."""
    holder = holder_of(address)
    if holder is None or not (is_known_device(request, holder) or was_link_used(request, holder)):
        return False
    return bool(ratelimit.consume(request, action=ON_DEVICE, key=_device_key(request, address), dry_run=True))


def _known_key(request: HttpRequest, address: str) -> str:
    return f"known:{address.lower()}:{_network(request)}"


def _device_key(request: HttpRequest, address: str) -> str:
    device = device_of(request)
    return f"{device.name if device else ''}:{address.lower()}"


def count_failure(request: HttpRequest, address: str) -> None:
    """One wrong password more, from wherever."""
    if not is_at_home(request, address):
        ratelimit.consume(request, action=ANYWHERE, key=address.lower())


def _network(request: HttpRequest) -> str:
    return str(truncate_ip(get_adapter().get_client_ip(request)))


def _consume(request: HttpRequest, action: str, key: str | None = None) -> Any:
    usage = internal_ratelimit.consume(request, app="allauth.account", action=action, key=key)
    if usage is None:
        raise Limited(is_about_address=True)
    return usage


def note_limited(request: HttpRequest, address: str, *, is_about_address: bool) -> None:
    """In the log each time; to the person once a day, where the wrong passwords were for them."""
    holder = holder_of(address)
    log("sign_in.limited", request=request, person=getattr(holder, "pk", None))
    if (
        is_about_address
        and holder is not None
        and holder.is_active
        and cache.add(f"told-of-limit:{holder.pk}", True, A_DAY)
    ):
        _tell(holder, "sign_in_limited")


def note_limited_codes(request: HttpRequest, person: User) -> None:
    """In the log each time; to the person once a day: whoever gets as far as a code knows the password."""
    log("second_step.limited", request=request, person=person.pk)
    if cache.add(f"told-of-codes:{person.pk}", True, A_DAY):
        _tell(person, "second_step_limited")


def _tell(person: User, template: str) -> None:
    get_adapter().send_mail(f"account/email/{template}", person.email, {"user": person})
