"""The admin's pages for orders, prices and the ledger."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.crypto import get_random_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.actors import staff_actor
from accounts.admin_decisions import READ_BY_CUSTOMERS, DecidedAdmin, Decision, step_page
from accounts.admin_pages import AuditedAdmin, ReadOnlyAdmin, TabularInline, staff_of
from accounts.models import User
from accounts.steps import Step
from billing import late, ledger
from billing.admin_forms import MoneyForm, PriceRuleForm
from billing.ledger_words import WORDS
from billing.models import Account, Entry, Order, OrderLine, PriceRule, Shortfall, Transaction, UnsellableName
from billing.price_examples import example_of
from billing.sections import attention_rows
from billing.services.deciding import decide_order, open_operations, operations_of, steps_of_order
from billing.services.line_steps import buying, decide_line, steps_of_line
from reseller_portal.core.errors import DomainError
from reseller_portal.core.templatetags.portal import money
from reseller_portal.jobs.attention import count_cases
from reseller_portal.operations.deciding import SETTLE
from reseller_portal.operations.models import Operation

MOST_SHOWN = 200


class LineInline(TabularInline):
    """With the steps of each open line, for who may decide."""

    model = OrderLine
    fields = ("position", "item", "name", "state", "problem", "said", "price", "cost")
    readonly_fields = (*fields, "steps")
    extra = 0
    can_delete = False
    buying: Mapping[int, Operation] = MappingProxyType({})

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> Any:
        """Django makes an inline for each request, so what buys the order is kept on it."""
        self.buying = buying(obj) if obj and not obj.is_final and request.user.has_perm(SETTLE) else {}
        return (*self.fields, "steps") if self.buying else self.fields

    @admin.display(description="Next step", empty_value="-")
    def steps(self, line: OrderLine) -> SafeString | None:
        steps = steps_of_line(line, self.buying.get(line.part_id))
        links = ((self.address(line, each), each.label, line.name) for each in steps)
        one = '<a class="button" data-size="small" href="{}">{}<span class="visually-hidden"> {}</span></a>'
        return format_html('<div class="actions">{}</div>', format_html_join(" ", one, links)) if steps else None

    def address(self, line: OrderLine, step: Step) -> str:
        return reverse("admin:billing_order_line_decide", args=[line.order_id, line.pk, step.verb])

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="Price")
    def price(self, line: OrderLine) -> str:
        return money(line.price_minor)

    @admin.display(description="Cost booked")
    def cost(self, line: OrderLine) -> str:
        return money(line.cost_booked_minor)


@admin.register(Order)
class OrderAdmin(DecidedAdmin):
    change_form_template = "admin/billing/order/change_form.html"
    reason_help = READ_BY_CUSTOMERS
    list_display = ("reference", "customer", "shown_state", "total", "by", "placed_at", "finished_at")
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

    def steps_of(self, row: Order) -> list[Step]:
        return steps_of_order(row)

    def take_step(self, *, user: User, row: Order, verb: str, reason: str) -> None:
        decide_order(user=user, order=row, verb=verb, reason=reason)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.decide_line)
        return [
            path("attention/", self.admin_site.admin_view(attention), name="billing_attention"),
            path("<int:number>/line/<int:line>/decide/<str:verb>/", page, name="billing_order_line_decide"),
            *super().get_urls(),
        ]

    def decide_line(self, request: HttpRequest, number: int, line: int, verb: str) -> HttpResponse:
        """Like a decision about the whole order. In the admin's staff scope."""
        rows = OrderLine.objects.select_related("order", "customer", "part")
        row = get_object_or_404(rows, pk=line, order=number)
        operation = buying(row.order).get(row.part_id)
        about = Decision(
            title=f"{row.name} of order {row.order}",
            back=reverse("admin:billing_order_change", args=[number]),
            why=operation.last_error if operation else "",
            help_text=self.reason_help,
        )
        steps, take = steps_of_line(row, operation), partial(decide_line, line=row)
        return step_page(request, about, steps=steps, verb=verb, take=take)

    def why(self, row: Order) -> str:
        return " ".join(dict.fromkeys(each.last_error for each in open_operations(row) if each.last_error))

    def change_view(self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None) -> Any:
        order = Order.objects.filter(pk=object_id).first() if object_id.isdecimal() else None
        mine = {"operations": operations_of(order) if order else []}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **mine})

    def named(self, row: Order) -> str:
        return f"order {row}"

    @admin.display(description="Placed by", empty_value="The portal")
    def by(self, order: Order) -> str | None:
        return order.placed_by.get_full_name() if order.placed_by else None

    @admin.display(description="Total", ordering="total_minor")
    def total(self, order: Order) -> str:
        return money(order.total_minor)

    @admin.display(description="Upstream orders")
    def upstream(self, order: Order) -> str:
        return ", ".join(part.upstream_order_id or "not drafted yet" for part in order.parts.all())


def attention(request: HttpRequest) -> HttpResponse:
    """All that needs attention, is late or waits on purpose, of every queue. In the admin's staff scope."""
    if not request.user.has_perm("billing.view_order"):
        raise PermissionDenied
    counts = list(count_cases().values())
    context = {"title": "Needs attention", "rows": attention_rows(MOST_SHOWN), "counts": counts, "number": sum(counts)}
    return render(request, "admin/billing/attention.html", {**admin.site.each_context(request), **context})


@admin.register(PriceRule)
class PriceRuleAdmin(AuditedAdmin):
    form = PriceRuleForm
    list_title, noun, nouns = "Prices", "price", "prices"
    add_label = "Add a price"
    list_display = ("brand", "item", "method", "fixed", "added", "floor", "example")
    list_filter = ("brand",)
    readonly_fields = ("example",)
    fields = ("brand", "item", "method", "fixed_minor", "percent", "floor_minor", "below_cost", "example")

    @admin.display(description="Percent", ordering="percent", empty_value="-")
    def added(self, rule: PriceRule) -> str | None:
        return f"{rule.percent:g} %" if rule.method != PriceRule.Method.FIXED else None

    @admin.display(description="Example", empty_value="Save it to see an example.")
    def example(self, rule: PriceRule) -> str | None:
        return example_of(rule) if rule.pk else None

    @admin.display(description="Fixed price", ordering="fixed_minor", empty_value="-")
    def fixed(self, rule: PriceRule) -> str | None:
        return money(rule.fixed_minor) if rule.method == PriceRule.Method.FIXED else None

    @admin.display(description="Never below", ordering="floor_minor", empty_value="-")
    def floor(self, rule: PriceRule) -> str | None:
        return money(rule.floor_minor) if rule.method != PriceRule.Method.FIXED else None


@admin.register(UnsellableName)
class UnsellableNameAdmin(AuditedAdmin):
    """Names that failed after they were charged. Ticked here, they are sold again."""

    list_title, noun, nouns = "Names not sold again", "name", "names"
    list_display = ("name", "is_sold_again", "said", "noted_at")
    search_fields = ("name",)
    ordering = ("-pk",)
    fields = ("name", "said", "noted_at", "is_sold_again")
    readonly_fields = ("name", "said", "noted_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


class KindFilter(admin.SimpleListFilter):
    """Kinds of moves by their words."""

    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, f"{word} late" if kind == "charge" else word) for kind, (word, _) in WORDS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Transaction]) -> QuerySet[Transaction]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


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
    list_title, noun, nouns = "Ledger", "entry", "entries"
    add_label = "Credit, debit or refund"
    list_display = ("at", "customer", "shown_kind", "amount", "description", "reference")
    list_filter = (KindFilter, "customer__brand")
    list_select_related = ("customer",)
    search_fields = ("reference", "description", "customer__company")
    ordering = ("-pk",)
    readonly_fields: ClassVar[tuple[str, ...]] = ("at", "shown_kind")
    inlines = (EntryInline,)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("billing.add_transaction")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Transaction]:
        rows: QuerySet[Transaction] = super().get_queryset(request).prefetch_related("entries")
        return rows

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if obj is None:
            return ("customer", "kind", "amount", "amount_again", "reference", "description")
        return ("at", "customer", "shown_kind", "reference", "description")

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

    @admin.display(description="Kind", ordering="kind")
    def shown_kind(self, moved: Transaction) -> str:
        return moved.word

    @admin.display(description="Amount")
    def amount(self, moved: Transaction) -> str:
        return money(max((entry.amount_minor for entry in moved.entries.all()), default=0))


@admin.register(Shortfall)
class ShortfallAdmin(DecidedAdmin):
    """What was delivered after its money went back, and that the balance did not pay for."""

    list_title, noun, nouns = "Delivered, not charged", "case", "cases"
    list_display = ("opened_at", "customer", "line", "amount", "state", "reason")
    list_display_links = ("line",)
    list_filter = ("state", "customer__brand")
    list_select_related = ("customer", "line")
    search_fields = ("line__name", "customer__company")
    ordering = ("-opened_at",)
    fields = ("customer", "line", "amount", "state", "reason", "opened_at", "ended_at")

    def steps_of(self, row: Shortfall) -> list[Step]:
        """Charge the balance, or let it go."""
        is_open = row.state == Shortfall.State.OPEN
        return [Step(verb, *words, late.DECIDE) for verb, words in late.STEPS.items()] if is_open else []

    def take_step(self, *, user: User, row: Shortfall, verb: str, reason: str) -> None:
        late.settle(user=user, case=row, is_charged=verb == "charge", reason=reason)

    def why(self, row: Shortfall) -> str:
        return ""

    def named(self, row: Shortfall) -> str:
        return f"{row}, {money(row.amount_minor)}"

    @admin.display(description="Price", ordering="amount_minor")
    def amount(self, case: Shortfall) -> str:
        return money(case.amount_minor)


@admin.register(Account)
class AccountAdmin(ReadOnlyAdmin):
    list_title, noun, nouns = "Balances", "balance", "balances"
    list_display = ("customer", "kind", "balance")
    list_filter = ("kind", "customer__brand")
    list_select_related = ("customer",)
    search_fields = ("customer__company",)
    ordering = ("customer__company", "kind")

    @admin.display(description="Balance", ordering="balance_minor")
    def balance(self, account: Account) -> str:
        return money(account.balance_minor, account.currency)
