"""The admin's pages for customers, people, brands and the audit trail."""

import re
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, re_path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST

from accounts import admin_customer, mail_attention
from accounts.admin_decisions import Decision, QueueAdmin, decision_page
from accounts.admin_forms import BrandForm, BrandHostForm, CustomerForm, PersonForm
from accounts.admin_invitations import OwnerFilter, invite, note_newcomers, tell_of_members
from accounts.admin_pages import AuditedAdmin, ReadOnlyAdmin, TabularInline, pretty, staff_of
from accounts.models import AuditEntry, Brand, BrandHost, Customer, Mail, Membership, User
from accounts.roles import Role
from accounts.selectors import owners_who_sign_in
from accounts.services.joining import owners_of, tell_of_leaving, tell_of_return
from accounts.services.people import change_address, send_password_link
from accounts.services.second_step import REMOVE, has_second_step, remove_second_step
from reseller_portal.core.phrases import phrase_of

if TYPE_CHECKING:
    from accounts.admin_pages import Form, FormSet

SWATCH = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 18" width="28" height="18">'
    '<rect width="28" height="18" rx="4" fill="#{}"/></svg>'
)
SECOND_STEP_EFFECT = (
    "For somebody who lost the device and the recovery codes. Be sure first that it is they who ask. All their "
    "sessions end and their password stops working; a link to set a new one goes to their own address. They and the "
    "owners of their companies are told."
)
COLOUR = "#[0-9a-fA-F]{6}"
A_YEAR = 31_536_000


class MembershipInline(TabularInline):
    model = Membership
    fields = ("user", "role")
    autocomplete_fields = ("user",)
    extra = 0


@admin.register(Customer)
class CustomerAdmin(AuditedAdmin):
    form = CustomerForm
    add_label = "Add a customer"
    inlines = (MembershipInline,)
    list_display = ("company", "brand", "shown_state", "owner", "upstream_id", "email", "created_at")
    list_filter = ("brand", "state", OwnerFilter)
    list_select_related = ("brand",)
    search_fields = ("company", "slug", "email")
    ordering = ("company",)
    actions = ("invite",)
    prepopulated_fields: ClassVar[dict[str, Sequence[str]]] = {"slug": ("company",)}
    fieldsets = (
        (None, {"fields": ("company", "slug", "brand", "state")}),
        (
            "Contact",
            {
                "fields": (
                    *("first_name", "last_name", "email", "phone_cc", "phone"),
                    *("address_line_one", "address_line_two", "address_line_three"),
                    *("postal_code", "city", "region", "country", "language"),
                )
            },
        ),
        ("Upstream", {"fields": ("upstream_id", "created_at", "adopted_at")}),
    )
    readonly_fields = ("upstream_id", "created_at", "adopted_at")

    def customer_of(self, obj: Any) -> Customer | None:
        return obj if isinstance(obj, Customer) else None

    def get_urls(self) -> list[URLPattern]:
        invitation = require_POST(self.admin_site.admin_view(self.invite_one))
        return [
            path("<int:number>/invite/", invitation, name="accounts_customer_invite"),
            *(
                path(f"<int:number>/{address}/", self.admin_site.admin_view(page), name=name)
                for name, (address, page) in admin_customer.pages.items()
            ),
            *super().get_urls(),
        ]

    def save_model(self, request: HttpRequest, obj: Any, form: "Form", change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change or admin_customer.CONTACT & set(form.changed_data):
            admin_customer.contact_was_saved(obj)

    def save_formset(self, request: HttpRequest, form: "Form", formset: "FormSet", change: bool) -> None:
        note_newcomers(formset)
        known = owners_of(form.instance)
        super().save_formset(request, form, formset, change)
        tell_of_members(request, formset, known=known)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        owners = Membership.objects.filter(customer=OuterRef("pk"), role=Role.OWNER).order_by("pk")
        rows: QuerySet[Customer] = super().get_queryset(request)
        return rows.annotate(owner_email=Subquery(owners.values("user__email")[:1]))

    @admin.display(description="Owner", empty_value="None yet")
    def owner(self, customer: Customer) -> str | None:
        return customer.owner_email  # type: ignore[attr-defined,no-any-return]  # annotated above

    @admin.action(description="Invite the owner", permissions=["change"])
    def invite(self, request: HttpRequest, customers: QuerySet[Customer]) -> None:
        invite(request, customers)

    def invite_one(self, request: HttpRequest, number: int) -> HttpResponse:
        customer = get_object_or_404(Customer, pk=number)
        if not self.has_change_permission(request, customer):
            raise PermissionDenied
        invite(request, [customer])
        return redirect("admin:accounts_customer_change", number)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        """The button is for whom nobody signs in yet."""
        has_owner = object_id.isdecimal() and owners_who_sign_in().filter(customer=int(object_id)).exists()
        customer = Customer.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        mine = {
            "may_invite": self.has_change_permission(request) and not has_owner,
            "customer_sections": admin_customer.sections_of(customer) if customer else [],
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **mine})

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Addresses that people keep must go on working."""
        return (*self.readonly_fields, "slug") if obj else self.readonly_fields

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Sequence[str]]:
        return {} if obj else self.prepopulated_fields


@admin.register(User)
class PersonAdmin(AuditedAdmin):
    """People have no password that staff know: a link to set one goes to their own address."""

    form = PersonForm
    list_title, noun, nouns = "People", "person", "people"
    add_label = "Add a person"
    list_display = ("email", "name", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("email", "name")
    ordering = ("email",)
    readonly_fields = ("last_login", "created_at")
    fieldsets = (
        (None, {"fields": ("email", "name", "is_active")}),
        ("Staff", {"fields": ("is_staff", "groups")}),
        ("Dates", {"fields": ("last_login", "created_at")}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who may do everything is changed by their like only."""
        may = super().has_change_permission(request, obj)
        return may and (request.user.is_superuser or not (obj and obj.is_superuser))

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """No list is narrowed by what a password's hash begins with."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def get_urls(self) -> list[URLPattern]:
        link = require_POST(self.admin_site.admin_view(self.send_link))
        second_step = self.admin_site.admin_view(self.remove_second_step)
        return [
            path("<int:number>/link/", link, name="accounts_user_link"),
            path("<int:number>/second-step/", second_step, name="accounts_user_second_step"),
            *super().get_urls(),
        ]

    def send_link(self, request: HttpRequest, number: int) -> HttpResponse:
        person = get_object_or_404(User, pk=number)
        if not self.has_change_permission(request, person):
            raise PermissionDenied
        send_password_link(person=person, by=staff_of(request), request=request)
        self.message_user(request, f"A link to set a password is on its way to {person.email}.", messages.SUCCESS)
        return redirect("admin:accounts_user_change", number)

    def remove_second_step(self, request: HttpRequest, number: int) -> HttpResponse:
        """For who lost the device and the recovery codes. In the admin's staff scope."""
        person, by = get_object_or_404(User, pk=number), staff_of(request)
        if not self._may_remove_second_step(request, person):
            raise PermissionDenied
        about = Decision(
            title=f"Take off the second step: {person.email}",
            back=reverse("admin:accounts_user_change", args=[number]),
            effect=SECOND_STEP_EFFECT,
        )
        take_off = partial(remove_second_step, person=person, by=by, request=request)
        return decision_page(request, about, button="Take it off", decide=take_off)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        person = User.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        may = person is not None and self._may_remove_second_step(request, person) and has_second_step(person)
        context = {**(extra_context or {}), "may_remove_second_step": may}
        return super().change_view(request, object_id, form_url, context)

    def _may_remove_second_step(self, request: HttpRequest, person: User) -> bool:
        by = staff_of(request)
        return by.has_perm(REMOVE) and by.pk != person.pk and self.has_change_permission(request, person)

    def save_model(self, request: HttpRequest, obj: Any, form: "Form", change: bool) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data and obj.is_active:
            tell_of_return(obj)
        elif change and "is_active" in form.changed_data:
            tell_of_leaving(obj)
        if change and "email" in form.changed_data:
            # allauth would go on letting the old address sign in and reset the password.
            change_address(person=obj, before=form.initial["email"], by=staff_of(request), request=request)


class BrandHostInline(TabularInline):
    model = BrandHost
    form = BrandHostForm
    extra = 0


@admin.register(Brand)
class BrandAdmin(AuditedAdmin):
    form = BrandForm
    add_label = "Add a brand"
    inlines = (BrandHostInline,)
    list_display = ("swatch", "name", "slug", "support_email", "is_default")
    list_display_links = ("name",)
    search_fields = ("name", "slug", "hosts__host")
    ordering = ("name",)
    readonly_fields = ("swatch",)
    fieldsets = (
        (None, {"fields": ("name", "slug", "is_default")}),
        ("Face", {"fields": ("colour", "swatch", "mark")}),
        ("E-mail", {"fields": ("sender", "support_email")}),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(swatch)
        return [re_path(r"^swatch/([0-9a-fA-F]{6})\.svg$", page, name="accounts_brand_swatch"), *super().get_urls()]

    @admin.display(description="Preview", ordering="colour")
    def swatch(self, brand: Brand) -> SafeString | str:
        # A form that was refused shows the colour as it was typed.
        if not re.fullmatch(COLOUR, brand.colour):
            return "-"
        url = reverse("admin:accounts_brand_swatch", args=[brand.colour[1:]])
        return format_html('<img src="{}" width="28" height="18" alt="{}">', url, brand.colour)


def swatch(request: HttpRequest, colour: str) -> HttpResponse:
    """A colour as a picture: the content policy allows no inline style."""
    return HttpResponse(
        SWATCH.format(colour), content_type="image/svg+xml", headers={"Cache-Control": f"private, max-age={A_YEAR}"}
    )


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    list_title, noun, nouns = "Audit trail", "entry", "entries"
    list_display = ("at", "customer", "sentence")
    list_display_links = ("sentence",)
    list_filter = ("customer__brand", "subject_type")
    search_fields = ("action", "subject_label", "actor_label", "customer__company")
    ordering = ("-pk",)
    fields = (
        *("sentence", "at", "customer", "actor_label", "actor", "action", "subject_type", "subject_id"),
        *("values_before", "values_after"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).select_related("customer")

    @admin.display(description="What happened")
    def sentence(self, entry: AuditEntry) -> str:
        return phrase_of(entry)

    @admin.display(description="Before")
    def values_before(self, entry: AuditEntry) -> SafeString:
        return pretty(entry.before)

    @admin.display(description="After")
    def values_after(self, entry: AuditEntry) -> SafeString:
        return pretty(entry.after)


@admin.register(Mail)
class MailAdmin(QueueAdmin):
    next_steps = mail_attention.NEXT_STEPS
    list_title, noun, nouns = "E-mails", "e-mail", "e-mails"
    list_display = ("queued_at", "to", "about", "customer", "shown_state", "attempts", "last_error")
    list_display_links = ("to",)
    list_filter = ("state", "purpose")
    list_select_related = ("customer",)
    search_fields = ("=to", "customer__company")
    ordering = ("-pk",)
    fields = (
        *("to", "subject", "about", "customer", "brand", "shown_state", "attempts", "last_error"),
        *("queued_at", "due_at", "sent_at"),
    )

    @admin.display(description="What for", ordering="purpose")
    def about(self, mail: Mail) -> str:
        return mail.purpose.replace("_", " ").capitalize()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        """What lets somebody in stays in the database, encrypted or not."""
        mails: QuerySet[Mail] = super().get_queryset(request).defer("sealed", "context")
        return mails
