"""The reseller's side: Django's admin, where staff see every customer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from accounts.tenancy import staff_scope


class PortalAdminSite(AdminSite):
    site_header = "Reseller portal"
    site_title = "Reseller portal"
    index_title = "Overview"

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Every admin page runs, and is rendered, inside a staff scope that names the page."""

        @wraps(view)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            with staff_scope(f"admin: {request.method} {request.path}"):
                response: HttpResponse = view(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
                return response

        return super().admin_view(scoped, cacheable)
