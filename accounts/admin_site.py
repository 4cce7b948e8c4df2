"""The reseller's side: Django's admin, where staff see every customer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse

from accounts.tenancy import staff_scope

OUR_PACKAGES = frozenset({"accounts", "billing", "domains", "mailboxes", "reseller_portal"})


class PortalAdminSite(AdminSite):
    site_header = "Reseller portal"
    site_title = "Reseller portal"
    index_title = "Overview"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only pages written here: those of other packages show session keys, tokens and encrypted secrets."""
        if getattr(admin_class, "__module__", "").partition(".")[0] in OUR_PACKAGES:
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Staff sign in where everybody does, behind the same limits. Whoever is signed in and is no staff gets 403."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

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
