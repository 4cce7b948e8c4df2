"""What every admin page of ours is made of: pages that leave an audit row, and pages that only show."""

import json
from collections.abc import Iterable, Mapping
from copy import copy
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import FieldError, PermissionDenied
from django.db import DataError, ProgrammingError, models, transaction
from django.forms import BaseInlineFormSet, Field, ModelChoiceField, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.audit import record_by_staff
from accounts.models import Customer, User
from reseller_portal.core.templatetags.portal import state

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    Form = ModelForm[Any]
    FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    # Django's admin classes take no type arguments at run time.
    ModelAdmin, TabularInline = admin.ModelAdmin, admin.TabularInline


# What Django and the database raise for a value or a lookup that does not fit its column.
ODD_CONDITION = (ValueError, TypeError, ArithmeticError, LookupError, FieldError, DataError, ProgrammingError)


class PortalChangeList(ChangeList):
    """A condition in the address that no row can be asked about, such as a year without end, is a wrong address."""

    def get_results(self, request: HttpRequest) -> None:
        if not self.get_filters_params():
            return super().get_results(request)
        try:
            with transaction.atomic():  # the page that says so needs the transaction
                super().get_results(request)
        except ODD_CONDITION as error:
            raise IncorrectLookupParameters(error) from error


class PortalAdmin(ModelAdmin):
    """`list_title` is what people call the list, `add_label` what its button says, `noun` and `nouns` what is counted
    under it; empty for Django's own words.
    """

    list_title = ""
    add_label = ""
    noun = nouns = ""

    def get_changelist(self, request: HttpRequest, **options: Any) -> type[ChangeList]:
        return PortalChangeList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """An empty name of a field, which Django would look for, is none."""
        return super().get_object(request, object_id, from_field or None)

    @admin.display(description="State", ordering="state")
    def shown_state(self, obj: Any) -> SafeString:
        """Icon and word, as everywhere."""
        shown: SafeString = state(obj)
        return shown


class AuditedAdmin(PortalAdmin):
    """Adding and changing leaves an audit row in the same transaction. Rows of inlines may go, the object stays."""

    list_per_page = 50
    show_full_result_count = False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def customer_of(self, obj: Any) -> Customer | None:
        """Whose audit trail the change belongs to."""
        return None

    def save_model(self, request: HttpRequest, obj: Any, form: "Form", change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._note(request, form, obj, "changed" if change else "created")

    def save_formset(self, request: HttpRequest, form: "Form", formset: "FormSet", change: bool) -> None:
        # A deleted row loses its key, so its copy is what the audit row speaks of.
        removed = [(each, copy(each.instance)) for each in formset.deleted_forms if each.instance.pk]
        super().save_formset(request, form, formset, change)
        for child, before in removed:
            self._note(request, child, before, "removed", parent=form.instance)
        for child in formset.forms:
            if child.has_changed() and child not in formset.deleted_forms:
                verb = "changed" if child in formset.initial_forms else "added"
                self._note(request, child, child.instance, verb, parent=form.instance)

    def _note(self, request: HttpRequest, form: "Form", obj: models.Model, verb: str, parent: Any = None) -> None:
        names = _fields_to_note(form, verb)
        if not names:
            return
        record_by_staff(
            user=staff_of(request),
            customer=self.customer_of(parent or obj),
            action=f"{_noun(obj)}.{verb}",
            subject=obj,
            before={} if verb in {"created", "added"} else shown(form, names, form.initial),
            after={} if verb == "removed" else shown(form, names, form.cleaned_data),
        )


class ReadOnlyAdmin(PortalAdmin):
    """Shows, and changes nothing."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def staff_of(request: HttpRequest) -> User:
    """The member of staff who asks; the admin lets nobody else in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def pretty(value: Any) -> SafeString:
    """JSON for reading."""
    return format_html('<pre tabindex="0">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True))


def shown(form: "Form", names: Iterable[str], values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a form as a person reads them, fit for JSON."""
    return {name: _shown(form.fields[name], values.get(name)) for name in names}


def _fields_to_note(form: "Form", verb: str) -> list[str]:
    known = {field.name for field in form.instance._meta.get_fields()}
    names = form.changed_data if verb == "changed" else form.fields
    return [name for name in names if name in known and name != form.instance._meta.pk.name]


def _shown(field: Field, value: Any) -> Any:
    if isinstance(value, (list, tuple, models.QuerySet)):
        return sorted(str(each) for each in value)
    if isinstance(field, ModelChoiceField) and value is not None:
        return str(field.to_python(value))
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _noun(obj: models.Model) -> str:
    return str(obj._meta.verbose_name).replace(" ", "_")
