"""Middleware that every response passes."""

import json
from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.middleware.common import CommonMiddleware
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control, patch_vary_headers

GetResponse = Callable[[HttpRequest], HttpResponse]
READING = ("GET", "HEAD")
METHODS = (*READING, "POST", "OPTIONS", "PUT", "PATCH", "DELETE")


class MethodMiddleware:
    """405 for a method that no view of the portal has, whatever the address: a redirect would say that it was done."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in METHODS:
            return self.get_response(request)
        return HttpResponseNotAllowed(METHODS, "This method is not served here.\n", content_type="text/plain")


class PlainFormMiddleware:
    """A form that was sent in clear is refused: redirected to HTTPS, it would arrive as a GET, or not at all."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and request.method not in READING and not request.is_secure():
            return HttpResponse("This address is served over HTTPS only.\n", status=403, content_type="text/plain")
        return self.get_response(request)


class HeadMiddleware:
    """HEAD is answered as GET is, by every view; the server leaves out the body."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "HEAD":
            return self.get_response(request)
        request.method = "GET"
        try:
            return self.get_response(request)
        finally:
            request.method = "HEAD"


class SlashMiddleware(CommonMiddleware):
    """An address without its last slash leads to the one with it; what is sent to it is answered 404, never led on."""

    def should_redirect_with_slash(self, request: HttpRequest) -> bool:
        return request.method in READING and super().should_redirect_with_slash(request)


class PrivateMiddleware:
    """No browser or proxy keeps a page, unless its view says otherwise; signing out clears what was kept before."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response:
            patch_cache_control(response, no_store=True, private=True)
        if request.method == "POST" and request.path == reverse("account_logout"):
            response["Clear-Site-Data"] = '"cache"'
        return response


class NulMiddleware:
    """No person types a NUL and PostgreSQL keeps none: a form or an address that holds one is answered 400."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path:
            raise BadRequest("The address holds a NUL sign.")
        _refuse_nul(request.GET)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., HttpResponse], *_: object) -> None:
        """A view that is no form of ours reads its own body, which may be read once only."""
        if not getattr(view, "csrf_exempt", False):
            _refuse_nul(request.POST)


def _refuse_nul(values: QueryDict) -> None:
    if any("\0" in value for _, several in values.lists() for value in several):
        raise BadRequest("The request holds a NUL sign.")


class PartsMiddleware:
    """A page and its part share one address, so caches must tell them apart."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        return response


class ZoneMiddleware:
    """Times are shown in the zone that the browser told in a cookie; until it has, in that of the settings."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = unquote(request.COOKIES.get("zone", ""))
        if name not in _zones():
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


class ToastMiddleware:
    """Messages that a part leaves behind reach the page as an event; a redirect leaves them for the next page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
        if is_part and response.status_code < 300 and "HX-Redirect" not in response.headers:
            toasts = [{"text": str(message), "state": message.level_tag} for message in get_messages(request)]
            if toasts:
                response.headers["HX-Trigger"] = json.dumps({"toast": toasts})
        return response
