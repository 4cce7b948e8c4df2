"""How long a session lives, and on which devices a person has signed in before."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from accounts.models import User
from accounts.security_log import log

STARTED, SEEN = "signed_in_at", "seen_at"
PROVED = "person_who_proved_the_address"
# A session is written this often at most for being used.
STEP_SECONDS = 60
COOKIE, SALT = "device", "accounts.devices"
A_YEAR = 365 * 24 * 3600
GetResponse = Callable[[HttpRequest], HttpResponse]


def start_session(request: HttpRequest) -> None:
    """Called once at sign-in; the limits count from here."""
    request.session[STARTED] = request.session[SEEN] = int(time.time())


def trust_device(request: HttpRequest, user: User) -> None:
    """Whoever set a password by a link that was mailed to them may sign in with it on this browser."""
    request.META[PROVED] = user.pk


@dataclass(frozen=True)
class Device:
    """A browser on which these people have signed in. Its name stays the same for whoever copies the cookie.

    Whoever only set a password by a mailed link may still have to pass the second step.
    """

    name: str
    people: tuple[int, ...] = ()
    by_link: tuple[int, ...] = ()


def device_of(request: HttpRequest) -> Device | None:
    """None for a browser on which nobody has signed in."""
    cookie = request.COOKIES.get(COOKIE, "")
    try:
        known = signing.loads(cookie, salt=SALT, max_age=A_YEAR)
        if isinstance(known, list):  # as it was kept before devices had names
            return Device(sha256(cookie.encode()).hexdigest()[:32], tuple(known))
        return Device(str(known["name"]), tuple(known["people"]), tuple(known.get("by_link", ())))
    except (signing.BadSignature, ValueError, TypeError, KeyError):
        return None


def is_known_device(request: HttpRequest, user: User) -> bool:
    """Whether this person has signed in on this browser: strangers' wrong passwords do not lock it out."""
    device = device_of(request)
    return device is not None and user.pk in device.people


def was_link_used(request: HttpRequest, user: User) -> bool:
    """Whether this person has set a password by a mailed link on this browser."""
    device = device_of(request)
    return device is not None and user.pk in device.by_link


class SessionMiddleware:
    """Ends sessions that are too old or were idle too long, and remembers the device of whoever is signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if STARTED in request.session:
            self._look_after(request)
        before = request.session.get(STARTED)
        response = self.get_response(request)
        started = request.session.get(STARTED)
        if started is not None and started != before and isinstance(request.user, User):
            _remember(request, response, request.user.pk)
        elif PROVED in request.META:
            _remember(request, response, request.META[PROVED], by_link=True)
        return response

    def _look_after(self, request: HttpRequest) -> None:
        now, seen = int(time.time()), int(request.session.get(SEEN, 0))
        if now - seen < STEP_SECONDS:
            return
        idle, whole = _limits(request)
        if now - seen > idle or now - int(request.session[STARTED]) > whole:
            log("session.ended", request=request)
            logout(request)
            messages.info(request, "You were signed out because nothing was done for a while. Sign in to go on.")
            return
        request.session[SEEN] = now


def _limits(request: HttpRequest) -> tuple[int, int]:
    """Seconds without a page, and in all."""
    if request.user.is_authenticated and request.user.is_staff:
        return settings.STAFF_IDLE_SECONDS, settings.STAFF_SESSION_SECONDS
    if request.session.get_expire_at_browser_close():
        return settings.IDLE_SECONDS, settings.SESSION_COOKIE_AGE
    return settings.SESSION_COOKIE_AGE, settings.SESSION_COOKIE_AGE


def _remember(request: HttpRequest, response: HttpResponse, user_id: int, *, by_link: bool = False) -> None:
    """The last few people who signed in here; a browser in an office has several."""
    device = device_of(request) or Device(get_random_string(32))
    before = device.by_link if by_link else device.people
    several = tuple([user_id, *(each for each in before if each != user_id)][:5])
    device = replace(device, by_link=several) if by_link else replace(device, people=several)
    response.set_cookie(
        COOKIE,
        signing.dumps(asdict(device), salt=SALT),
        max_age=A_YEAR,
        secure=bool(settings.SESSION_COOKIE_SECURE),
        httponly=True,
        samesite="Lax",
    )
