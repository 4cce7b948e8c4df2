"""Inviting owners in the admin: a filter for customers that lack one, and what staff are told after a press."""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from accounts.admin_pages import staff_of
from accounts.brands import NoHost
from accounts.models import Customer, Membership, User
from accounts.roles import Role
from accounts.selectors import owners_who_sign_in
from accounts.services.inviting import invite_owners
from accounts.services.joining import ask_to_join, tell_of_lost_owner, tell_of_role

# A press invites at most so many: each is some rows, and a page answers within a moment.
MOST_AT_ONCE = 100
MOST_SENTENCES = 10


class OwnerFilter(admin.SimpleListFilter):
    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("none", "None yet"), ("invited", "Invited, has not come yet"), ("there", "Signs in")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Customer]) -> QuerySet[Customer]:
        owned = Membership.objects.filter(customer=OuterRef("pk"), role=Role.OWNER)
        signs_in = Exists(owners_who_sign_in().filter(customer=OuterRef("pk")))
        if self.value() == "none":
            return queryset.filter(~Exists(owned))
        if self.value() == "invited":
            return queryset.filter(Exists(owned)).exclude(signs_in)
        return queryset.filter(signs_in) if self.value() == "there" else queryset


def note_newcomers(formset: Any) -> None:
    """Before the rows are saved: whom staff add, or put in the place of another, has not accepted."""
    for each in _changed(formset):
        if each.instance.pk is None or "user" in each.changed_data:
            each.instance.accepted_at = None


def tell_of_members(request: HttpRequest, formset: Any, *, known: Collection[str]) -> None:
    """After they were saved; `known` are the owners before that."""
    for lost in _lost_owners(formset):
        tell_of_lost_owner(formset.instance, lost, known=known)
    for each in _changed(formset):
        try:
            if each in formset.extra_forms or "user" in each.changed_data:
                ask_to_join(each.instance, known=known)
            else:
                tell_of_role(each.instance, before=str(each.initial["role"]), known=known)
        except NoHost as error:
            messages.warning(request, str(error))


def _lost_owners(formset: Any) -> QuerySet[User]:
    """Owners whose row was taken away, or given to somebody else."""
    exchanged = [each for each in _changed(formset) if each in formset.initial_forms and "user" in each.changed_data]
    rows = [each.initial for each in (*exchanged, *formset.deleted_forms) if each.initial.get("role") == Role.OWNER]
    return User.objects.filter(pk__in=[each["user"] for each in rows]).order_by("pk")


def _changed(formset: Any) -> list[Any]:
    return [each for each in formset.forms if each.has_changed() and each not in formset.deleted_forms]


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
