"""The one door of every customer page: who may come in, as whom, and whose rows they see."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from accounts.actors import Actor, member_actor
from accounts.models import Customer, Membership, User
from accounts.tenancy import scope, user_scope

P = ParamSpec("P")


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
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            memberships = memberships_of(request.user)
            actor = _actor_for(request.user, memberships, slug=customer)
            if not actor.may(permission):
                raise PermissionDenied("Your role does not include this page. Ask an owner of the company.")
            with scope(actor.customer.pk):
                known = cast(CustomerRequest, request)
                known.actor = actor
                known.memberships = memberships
                return view(known, *args, **kwargs)

        enter.door = permission  # type: ignore[attr-defined]  # read by the test that no URL lacks a door
        return enter

    return declare


def public_view(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Declare that a page needs no customer: it must show no tenant's data."""
    view.door = "public"  # type: ignore[attr-defined]  # read by the test that no URL lacks a door
    return view


def memberships_of(user: User) -> list[Membership]:
    """The companies a person may enter, by name."""
    with user_scope(user.pk):
        return list(
            Membership.objects.select_related("customer")
            .filter(user=user, customer__state=Customer.State.ACTIVE)
            .order_by("customer__company")
        )


def _actor_for(user: User, memberships: list[Membership], *, slug: str) -> Actor:
    found = next((each for each in memberships if each.customer.slug == slug), None)
    if found is None:
        raise Http404("No such company for you.")
    return member_actor(found, user)
