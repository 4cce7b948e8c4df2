"""The reseller's side: Django's admin, where staff see every customer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from structlog.contextvars import bind_contextvars

from accounts.admin_rail import groups_for
from accounts.models import User
from accounts.tenancy import staff_scope
from reseller_portal.core.deadlocks import retry_after_deadlock


@dataclass(frozen=True)
class Panel:
    """One figure on the admin's first page. `state` gives it a tone; `url` leads to what it counts."""

    label: str
    value: str
    note: str
    state: str = ""
    url: str = ""


@dataclass(frozen=True)
class Section:
    """One card on the admin's first page, drawn by a template from `section`; an aside stands in the narrow column."""

    template: str
    content: Mapping[str, Any]
    is_aside: bool = False


@dataclass(frozen=True)
class Notice:
    """What every page of the admin says at its top until it is over."""

    title: str
    text: str


# Filled by the apps in `AppConfig.ready`, in the order in which they stand: each with the right that it is shown for.
index_panels: dict[Callable[[], Panel], str] = {}
index_sections: dict[Callable[[], Section], str] = {}
notices: dict[Callable[[], Notice | None], str] = {}


def add_panel(panel: Callable[[], Panel], *, needs: str) -> None:
    index_panels[panel] = needs


def add_notice(notice: Callable[[], Notice | None], *, needs: str) -> None:
    notices[notice] = needs


def add_section(section: Callable[[], Section], *, needs: str) -> None:
    index_sections[section] = needs


OUR_PACKAGES = frozenset({"accounts", "billing", "domains", "mailboxes", "mirror", "reseller_portal"})


class PortalAdminSite(AdminSite):
    site_header = "Reseller portal"
    site_title = "Reseller portal"
    index_title = "Overview"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only pages written here: those of other packages show session keys, tokens and encrypted secrets."""
        if getattr(admin_class, "__module__", "").partition(".")[0] in OUR_PACKAGES:
            super().register(model_or_iterable, admin_class, **options)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        may = cast(User, request.user).has_perm
        panels = [panel() for panel, needs in index_panels.items() if may(needs)]
        sections = [section() for section, needs in index_sections.items() if may(needs)]
        return super().index(request, {**(extra_context or {}), "panels": panels, "sections": sections})

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        context = super().each_context(request)
        may = request.user.has_perm
        found = [notice() for notice, needs in notices.items() if may(needs)]
        rail = groups_for(request, context["available_apps"])
        return {**context, "rail": rail, "notices": [each for each in found if each]}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Staff sign in where everybody does, behind the same limits. Whoever is signed in and is no staff gets 403."""
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def password_change(  # type: ignore[override]  # a view like any other
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Where everybody changes it."""
        return redirect("account_change_password")

    def logout(  # type: ignore[override]  # a view like any other
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        super().logout(request, extra_context)
        return redirect("account_login")

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Every admin page runs, and is rendered, inside a staff scope that names the page."""

        @wraps(view)
        def scoped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            bind_contextvars(user=request.user.pk)

            def answer() -> HttpResponse:
                with staff_scope(f"admin: {request.method} {request.path}"):
                    response: HttpResponse = view(request, *args, **kwargs)
                    if isinstance(response, SimpleTemplateResponse):
                        response.render()
                    return response

            return retry_after_deadlock(answer, request=request)

        return super().admin_view(scoped, cacheable)
