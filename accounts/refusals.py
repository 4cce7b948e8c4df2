"""Refusals reach the security log, and a part of a page that is refused never lands in the middle of it."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.security_log import log

GetResponse = Callable[[HttpRequest], HttpResponse]
WEBHOOKS = "/webhooks/"
COMPANY = "/c/"


class RefusalMiddleware:
    """Stands before CSRF and everything that asks who somebody is."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        event = _event_of(request, response.status_code)
        if event:
            log(event, request=request)
        if request.headers.get("HX-Request") == "true":
            return _for_the_whole_page(request, response)
        return response


def _event_of(request: HttpRequest, status: int) -> str:
    if status == 403:
        return "csrf.refused" if getattr(request, "is_csrf_refused", False) else "access.refused"
    if status == 404 and getattr(request, "is_stranger", False):
        return "access.unknown"
    if status == 401 and request.path.startswith(WEBHOOKS):
        return "webhook.refused"
    return "request.limited" if status == 429 else ""


def _for_the_whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Who is not signed in any more goes to the sign-in page and back; who left the company sees the page say so."""
    sign_in = reverse("account_login")
    if response.status_code == 302 and urlsplit(response["Location"]).path == sign_in:
        answer = HttpResponse()
        answer["HX-Redirect"] = f"{sign_in}?{urlencode({'next': _page_of(request)})}"
        return answer
    if getattr(request, "is_stranger", False):
        response["HX-Refresh"] = "true"
    return response


def _page_of(request: HttpRequest) -> str:
    """The page that the part belongs to, if it is of this host."""
    try:
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:
        return "/"
    if page.netloc != request.get_host():
        return "/"
    return page.path + (f"?{page.query}" if page.query else "")
