"""Inviting owners in the admin: a filter for customers that lack one, and what staff are told after a press."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.admin_pages import staff_of
from accounts.models import Customer, Membership
from accounts.roles import Role
from accounts.selectors import owners_who_sign_in
from accounts.services.inviting import invite_owners

# A press invites at most so many: each is some rows, and a page answers within a moment.
MOST_AT_ONCE = 100
MOST_SENTENCES = 10


class OwnerFilter(admin.SimpleListFilter):
    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "None yet"), ("invited", "Invited, no password yet"), ("there", "Signs in")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        owned = Membership.objects.filter(customer=OuterRef("pk"), role=Role.OWNER)
        signs_in = Exists(owners_who_sign_in().filter(customer=OuterRef("pk")))
        if self.value() == "none":
            return queryset.filter(~Exists(owned))
        if self.value() == "invited":
            return queryset.filter(Exists(owned)).exclude(signs_in)
        return queryset.filter(signs_in) if self.value() == "there" else queryset


def invite(request: HttpRequest, customers: Iterable[Customer]) -> None:
    """Invite, and tell what became of each."""
    chosen = list(customers)
    outcomes = invite_owners(user=staff_of(request), customers=chosen[:MOST_AT_ONCE])
    done = [each for each in outcomes if each.is_done]
    left = [each for each in outcomes if not each.is_done]
    for few, level in ((done, messages.SUCCESS), (left, messages.WARNING)):
        for each in few[:MOST_SENTENCES]:
            messages.add_message(request, level, f"{each.customer}: {each.sentence}")
    if len(done) > MOST_SENTENCES:
        messages.success(request, f"{len(done)} owners were invited in all.")
    if len(left) > MOST_SENTENCES:
        messages.warning(request, f"{len(left)} customers in all were left as they were.")
    if len(chosen) > MOST_AT_ONCE:
        rest = len(chosen) - MOST_AT_ONCE
        messages.warning(request, f"{MOST_AT_ONCE} at once: press again for the other {rest}.")
