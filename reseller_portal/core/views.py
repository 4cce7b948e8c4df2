"""Pages that belong to no app."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import REASON_NO_CSRF_COOKIE
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from reseller_portal.core.themes import COOKIE, THEMES

WEEK = 7 * 24 * 3600
A_YEAR = 365 * 24 * 3600


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from elsewhere: say so, and how to go on."""
    request.is_csrf_refused = True  # type: ignore[attr-defined]  # read by the log of refusals
    sign_in = reverse("account_login")
    if request.path == sign_in and request.COOKIES:
        # The token changes at each sign-in, so a second tab has an old one: nothing is wrong with the person.
        if request.user.is_authenticated:
            return HttpResponseRedirect("/")
        request.session["typed_address"] = request.POST.get("login", "")[:254]
        messages.info(request, "The page was open for long. Type your password again.")
        return HttpResponseRedirect(sign_in)
    has_no_cookies = reason == REASON_NO_CSRF_COOKIE and not request.COOKIES
    return render(request, "errors/csrf.html", {"has_no_cookies": has_no_cookies}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 with when to try again while the database is away or overloaded, else 500. Asks for nothing of ours."""
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    words = {"is_away": is_away, "has_sent": request.method not in ("GET", "HEAD")}
    answer = HttpResponse(get_template("500.html").render(words), status=503 if is_away else 500)
    if is_away:
        answer["Retry-After"] = "5"
    return answer


@cache_control(public=True, max_age=WEEK, immutable=True)
def brand_css(request: HttpRequest, colour: str) -> HttpResponse:
    """The one value that a brand sets. The colour is in the address, so the answer never changes."""
    return HttpResponse(f":root {{ --brand: #{colour}; }}\n", content_type="text/css")


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark, or as the system says. A cookie, so that the server draws the page right and nothing flashes."""
    back = request.POST.get("next", "")
    if (
        not back.isprintable()
        or not back.startswith("/")
        or not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    ):
        back = "/"
    answer = HttpResponseRedirect(back)
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        answer.set_cookie(COOKIE, theme, max_age=A_YEAR, samesite="Lax", secure=request.is_secure())
    else:
        answer.delete_cookie(COOKIE, samesite="Lax")
    return answer


def style_guide(request: HttpRequest) -> HttpResponse:
    """Every component in every state; only in development."""
    if not getattr(settings, "DEVELOPMENT", False):
        raise Http404("The style guide is for development.")
    now = timezone.now()
    return render(request, "core/style_guide.html", {"now": now, "earlier": now - timedelta(hours=3)})
