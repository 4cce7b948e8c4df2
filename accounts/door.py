"""The one door of every customer page: who may come in, as whom, and whose rows they see."""

from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.middleware import get_user
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from structlog.contextvars import bind_contextvars

from accounts.actors import Actor, member_actor
from accounts.brands import is_at_home
from accounts.models import Customer, Membership, User
from accounts.tenancy import narrowed_to, user_scope
from reseller_portal.core.deadlocks import retry_after_deadlock

P = ParamSpec("P")
# Stands in a compiled query for the person whom it is asked about.
SOMEBODY = -1


class CustomerRequest(HttpRequest):
    """A request that came through the door."""

    user: User
    actor: Actor
    memberships: list[Membership]


CustomerView = Callable[Concatenate[CustomerRequest, P], HttpResponse]


def customer_view(
    permission: str,
) -> Callable[[CustomerView[P]], Callable[..., HttpResponse]]:
    """Declare a view under /c/<customer>/: 404 to strangers, 403 to a role too weak, rows of that customer only."""

    def declare(view: CustomerView[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def enter(request: HttpRequest, customer: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            # The person, not Django's lazy promise of one: a page asks for it two dozen times.
            user = request.user = get_user(request)
            bind_contextvars(user=user.pk, company=customer)
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())

            def answer() -> HttpResponse:
                with user_scope(user.pk):
                    memberships = memberships_of(user, host=request.get_host())
                    closed = _suspended(request, user, memberships, slug=customer)
                    if closed:
                        return suspended_page(request, [closed], others=[each.customer for each in memberships])
                    actor = _actor_for(request, user, memberships, slug=customer)
                    if not actor.may(permission):
                        raise PermissionDenied("Your role does not include this page. Ask an owner of the company.")
                    with narrowed_to(actor.customer.pk):
                        known = cast(CustomerRequest, request)
                        known.actor = actor
                        known.memberships = memberships
                        return view(known, *args, **kwargs)

            return retry_after_deadlock(answer, request=request)

        enter.door = permission  # type: ignore[attr-defined]  # read by the test that no URL lacks a door
        return enter

    return declare


def public_view(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Declare that a page needs no customer: it must show no tenant's data."""
    view.door = "public"  # type: ignore[attr-defined]  # read by the test that no URL lacks a door
    return view


def memberships_of(user: User, *, host: str) -> list[Membership]:
    """The companies a person may enter on this host, by name. For a block in that person's scope."""
    with connection.cursor() as cursor:
        sql, values = _memberships_sql()
        cursor.execute(sql, [user.pk if value == SOMEBODY else value for value in values])
        found = [_membership(row) for row in cursor.fetchall()]
    return [each for each in found if is_at_home(each.customer.brand_id, host)]


@cache
def _memberships_sql() -> tuple[str, tuple[Any, ...]]:
    """Compiled once: every page asks, and compiling costs three times as much as answering."""
    rows = Membership.objects.select_related("customer").filter(user=SOMEBODY, customer__state=Customer.State.ACTIVE)
    rows = rows.filter(accepted_at__isnull=False)
    return rows.order_by("customer__company").query.sql_with_params()


def _membership(row: tuple[Any, ...]) -> Membership:
    """What `select_related` makes of its row: the columns of the one, then those of the other."""
    own, company = _columns(Membership), _columns(Customer)
    membership = Membership.from_db(connection.alias, own, row[: len(own)])
    membership.customer = Customer.from_db(connection.alias, company, row[len(own) :])
    return membership


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def suspended_of(user: User, *, host: str) -> list[Customer]:
    """Companies of this host that are closed to their people for now. For a block in that person's scope."""
    rows = Membership.objects.select_related("customer__brand").filter(user=user, accepted_at__isnull=False)
    closed = rows.exclude(customer__state=Customer.State.ACTIVE).order_by("customer__company")
    return [each.customer for each in closed if is_at_home(each.customer.brand_id, host)]


def suspended_page(request: HttpRequest, companies: list[Customer], *, others: Sequence[Customer] = ()) -> HttpResponse:
    """Why nothing is shown, and whom to ask; `others` are open. Where a part was asked for, the whole page says so."""
    answer = render(request, "errors/suspended.html", {"companies": companies, "others": others}, status=403)
    if request.headers.get("HX-Request") == "true":
        answer["HX-Refresh"] = "true"
    return answer


def _suspended(request: HttpRequest, user: User, memberships: list[Membership], *, slug: str) -> Customer | None:
    """Asked only where the company is none of the open ones."""
    if any(each.customer.slug == slug for each in memberships):
        return None
    return next((each for each in suspended_of(user, host=request.get_host()) if each.slug == slug), None)


def _actor_for(request: HttpRequest, user: User, memberships: list[Membership], *, slug: str) -> Actor:
    found = next((each for each in memberships if each.customer.slug == slug), None)
    if found is None:
        request.is_stranger = True  # type: ignore[attr-defined]  # read by accounts.refusals
        raise Http404("No such company for you.")
    return member_actor(found, user)
