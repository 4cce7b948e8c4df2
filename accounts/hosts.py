"""Which host names are served: those of the brands, from the database, and the admin's own."""

import time
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import validate_host

from accounts.models import BrandHost
from reseller_portal.core.hosts import name_of_host

ADMIN = "/admin/"
REMEMBERED_SECONDS = 60.0
GetResponse = Callable[[HttpRequest], HttpResponse]
# Hosts of brands that were found, and when. Those that were not are asked for every time: one may be added now.
_found_at: dict[str, float] = {}


class HostMiddleware:
    """400 in plain words for a host that is none of ours, before anything else runs."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_served(request):
            return self.get_response(request)
        return HttpResponse("This host name is not served here.\n", status=400, content_type="text/plain")


def _is_served(request: HttpRequest) -> bool:
    try:
        name = name_of_host(request.get_host())
    except DisallowedHost:  # not even a host name
        return False
    return validate_host(name, settings.SERVED_HOSTS) or _is_of_a_brand(name)


def _is_of_a_brand(name: str) -> bool:
    """While the database is away, those that were found before are served on."""
    now = time.monotonic()
    if now - _found_at.get(name, -REMEMBERED_SECONDS) < REMEMBERED_SECONDS:
        return True
    try:
        is_there = BrandHost.objects.filter(host=name).exists()
    except DatabaseError:
        if name in _found_at:
            return True
        raise
    if is_there:
        _found_at[name] = now
    else:
        _found_at.pop(name, None)
    return is_there


def is_admin_host(request: HttpRequest) -> bool:
    return name_of_host(request.get_host()) == settings.ADMIN_HOST


def admin_origin() -> str:
    """Where links to the admin lead, such as https://admin.example."""
    return str(settings.PORTAL_ORIGIN).replace("{host}", settings.ADMIN_HOST)


class AdminHostMiddleware:
    """404 for the admin on any other host, as for an address that does not exist."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Not earlier: the page that says so needs the session and the person."""
        # `path` begins with what a proxy says of a prefix; what is routed is the rest.
        if request.path_info.startswith(ADMIN) and not is_admin_host(request):
            raise Http404("The admin is not served on this host.")
