"""Middleware that every response passes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse


class PartsMiddleware:
    """A page and its part share one address, so caches must tell them apart."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Vary", "HX-Request")
        return response
