"""How many wrong passwords are listened to. Strangers must not be able to lock a person out.

Five wrong ones in five minutes from one network close that network for the address. From everywhere together the limit
is higher and grows slowly, and a device on which the person has signed in before is not counted at all.
"""

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import truncate_ip
from django.core.cache import cache
from django.http import HttpRequest

from accounts.devices import is_known_device
from accounts.models import User
from accounts.security_log import log
from accounts.services.addresses import holder_of

ANYWHERE = "login_failed_anywhere"
A_DAY = 24 * 3600


def key_of(request: HttpRequest, address: str) -> str:
    """One address seen from one network."""
    return f"{address.lower()}:{truncate_ip(get_adapter().get_client_ip(request))}"


def is_limited_everywhere(request: HttpRequest, address: str) -> bool:
    holder = holder_of(address)
    if holder is not None and is_known_device(request, holder):
        return False
    return not ratelimit.consume(request, action=ANYWHERE, key=address.lower(), dry_run=True)


def count_failure(request: HttpRequest, address: str) -> None:
    """One wrong password more, from wherever."""
    holder = holder_of(address)
    if holder is None or not is_known_device(request, holder):
        ratelimit.consume(request, action=ANYWHERE, key=address.lower())


def note_limited(request: HttpRequest, address: str) -> None:
    """In the log each time; to the person once a day."""
    holder = holder_of(address)
    log("sign_in.limited", request=request, person=getattr(holder, "pk", None))
    if holder is not None and holder.is_active and cache.add(f"told-of-limit:{holder.pk}", True, A_DAY):
        _tell(holder)


def _tell(person: User) -> None:
    get_adapter().send_mail("account/email/sign_in_limited", person.email, {"user": person})
