"""Puts the brand of the host on the request."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts.brands import brand_for_host


class BrandMiddleware:
    """`request.brand`, looked up only when a page asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.brand = SimpleLazyObject(lambda: brand_for_host(request.get_host()))  # type: ignore[attr-defined]  # ours
        return self.get_response(request)
