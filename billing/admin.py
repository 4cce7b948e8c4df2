"""The admin's pages for orders, prices and the ledger."""

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.crypto import get_random_string

from accounts.actors import staff_actor
from accounts.admin_decisions import Decision, decision_page
from accounts.admin_pages import AuditedAdmin, ReadOnlyAdmin, TabularInline, staff_of
from billing import late, ledger
from billing.admin_forms import MoneyForm, PriceRuleForm
from billing.models import Account, Entry, Order, OrderLine, PriceRule, Shortfall, Transaction
from billing.services.deciding import decide_order, open_operations, steps_of_order
from reseller_portal.core.errors import DomainError
from reseller_portal.core.templatetags.portal import money


class LineInline(TabularInline):
    model = OrderLine
    fields = ("position", "item", "name", "state", "problem", "price", "cost")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Price")
    def price(self, line: OrderLine) -> str:
        return money(line.price_minor)

    @admin.display(description="Cost booked")
    def cost(self, line: OrderLine) -> str:
        return money(line.cost_booked_minor)


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ("reference", "customer", "shown_state", "total", "placed_by", "placed_at", "finished_at")
    list_filter = ("state", "customer__brand", "provider")
    list_select_related = ("customer", "placed_by")
    search_fields = ("reference", "customer__company", "lines__name")
    ordering = ("-pk",)
    fields = (
        "reference",
        "customer",
        "state",
        "provider",
        "total",
        "placed_by",
        "placed_at",
        "finished_at",
        "upstream",
    )
    inlines = (LineInline,)
    change_form_template = "admin/billing/order/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.decide)
        return [path("<int:number>/decide/<str:verb>/", page, name="billing_order_decide"), *super().get_urls()]

    def decide(self, request: HttpRequest, number: int, verb: str) -> HttpResponse:
        """What the step does to everything that is open, a reason, and one button."""
        order = get_object_or_404(Order.objects.select_related("customer"), pk=number)
        step = next((each for each in steps_of_order(order) if each.verb == verb), None)
        back = reverse("admin:billing_order_change", args=[number])
        if step is None:
            messages.error(request, "This order has ended meanwhile, and needs no decision any more.")
            return redirect(back)
        if not request.user.has_perm(step.needs):
            raise PermissionDenied
        why = " ".join(dict.fromkeys(each.last_error for each in open_operations(order) if each.last_error))
        about = Decision(title=f"{step.label}: order {order}", effect=step.effect, why=why, back=back)
        decide = partial(decide_order, user=staff_of(request), order=order, verb=verb)
        return decision_page(request, about, button=step.label, decide=decide)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        order = Order.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        steps = steps_of_order(order) if order else []
        mine = {"steps": [each for each in steps if request.user.has_perm(each.needs)]}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **mine})

    @admin.display(description="Total", ordering="total_minor")
    def total(self, order: Order) -> str:
        return money(order.total_minor)

    @admin.display(description="Upstream orders")
    def upstream(self, order: Order) -> str:
        return ", ".join(part.upstream_order_id or "not drafted yet" for part in order.parts.all())


@admin.register(PriceRule)
class PriceRuleAdmin(AuditedAdmin):
    form = PriceRuleForm
    list_title = "Prices"
    add_label = "Add a price"
    list_display = ("brand", "item", "method", "fixed", "percent", "floor")
    list_filter = ("brand",)
    fields = ("brand", "item", "method", "fixed_minor", "percent", "floor_minor")

    @admin.display(description="Fixed price", ordering="fixed_minor", empty_value="-")
    def fixed(self, rule: PriceRule) -> str | None:
        return money(rule.fixed_minor) if rule.method == PriceRule.Method.FIXED else None

    @admin.display(description="Never below", ordering="floor_minor", empty_value="-")
    def floor(self, rule: PriceRule) -> str | None:
        return money(rule.floor_minor) if rule.method != PriceRule.Method.FIXED else None


class EntryInline(TabularInline):
    model = Entry
    verbose_name_plural = "entries"
    fields = ("account", "amount")
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Amount")
    def amount(self, entry: Entry) -> str:
        return money(entry.amount_minor)


@admin.register(Transaction)
class LedgerAdmin(ReadOnlyAdmin):
    """The ledger is read here; by hand, staff credit, debit and refund."""

    form = MoneyForm
    list_title = "Ledger"
    add_label = "Credit, debit or refund"
    list_display = ("at", "customer", "kind", "amount", "description", "reference")
    list_filter = ("kind", "customer__brand")
    list_select_related = ("customer",)
    search_fields = ("reference", "description", "customer__company")
    ordering = ("-pk",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("at", "kind")
    inlines = (EntryInline,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("billing.add_transaction")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        rows: QuerySet[Transaction] = super().get_queryset(request).prefetch_related("entries")
        return rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("customer", "kind", "amount", "amount_again", "reference", "description")
        return ("at", "customer", "kind", "reference", "description")

    def get_inlines(self, request: HttpRequest, obj: Any) -> tuple[type[TabularInline], ...]:
        return (EntryInline,) if obj else ()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else self.readonly_fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, str | list[str]]:
        return {"reference": f"admin-{get_random_string(8).lower()}", **super().get_changeform_initial_data(request)}

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        move = {"credit": ledger.credit, "debit": ledger.debit, "refund": ledger.refund}[form.cleaned_data["kind"]]
        moved = move(
            actor=staff_actor(form.cleaned_data["customer"], staff_of(request)),
            amount_minor=form.cleaned_data["amount"],
            reference=form.cleaned_data["reference"],
            description=form.cleaned_data["description"],
        )
        # The ledger made the row; the admin goes on with that one.
        obj.pk, obj._state.adding = moved.pk, False

    def changeform_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        """What the form checked may have changed before the money was locked."""
        try:
            answer: HttpResponse = super().changeform_view(request, *arguments, **options)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect(request.get_full_path())
        return answer

    @admin.display(description="Amount")
    def amount(self, moved: Transaction) -> str:
        return money(max((entry.amount_minor for entry in moved.entries.all()), default=0))


@admin.register(Shortfall)
class ShortfallAdmin(ReadOnlyAdmin):
    """What was delivered after its money went back, and that the balance did not pay for."""

    list_title = "Delivered, not charged"
    change_form_template = "admin/billing/shortfall/change_form.html"
    list_display = ("opened_at", "customer", "line", "amount", "state", "reason")
    list_display_links = ("line",)
    list_filter = ("state", "customer__brand")
    list_select_related = ("customer", "line")
    search_fields = ("line__name", "customer__company")
    ordering = ("-opened_at",)
    fields = ("customer", "line", "amount", "state", "reason", "opened_at", "ended_at")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.decide)
        return [path("<int:number>/decide/<str:verb>/", page, name="billing_shortfall_decide"), *super().get_urls()]

    def decide(self, request: HttpRequest, number: int, verb: str) -> HttpResponse:
        """Charge the balance, or let it go: what that does, a reason, and one button."""
        case = get_object_or_404(Shortfall.objects.select_related("line", "customer"), pk=number)
        if verb not in late.STEPS:
            raise Http404
        if not request.user.has_perm(late.DECIDE):
            raise PermissionDenied
        label, effect = late.STEPS[verb]
        back = reverse("admin:billing_shortfall_change", args=[number])
        about = Decision(title=f"{label}: {case}, {money(case.amount_minor)}", effect=effect, back=back)
        decide = partial(late.settle, user=staff_of(request), case=case, is_charged=verb == "charge")
        return decision_page(request, about, button=label, decide=decide)

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        is_open = Shortfall.objects.filter(pk=object_id, state=Shortfall.State.OPEN).exists()
        steps = late.STEPS if is_open and request.user.has_perm(late.DECIDE) else {}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    @admin.display(description="Price", ordering="amount_minor")
    def amount(self, case: Shortfall) -> str:
        return money(case.amount_minor)


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_title = "Balances"
    list_display = ("customer", "kind", "balance")
    list_filter = ("kind", "customer__brand")
    list_select_related = ("customer",)
    search_fields = ("customer__company",)
    ordering = ("customer__company", "kind")

    @admin.display(description="Balance", ordering="balance_minor")
    def balance(self, account: Account) -> str:
        return money(account.balance_minor, account.currency)
