"""Differences between here and there, in words for staff."""

from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from mirror.models import Drift
from reseller_portal.core.templatetags.portal import money

FIELDS = {
    "auto_renew": "renews by itself",
    "forward_to": "sends visitors to",
    "is_masked": "keeps its name in the address bar",
    "catch_all": "all mail goes to",
    "first_name": "first name",
    "last_name": "last name",
    "state": "state",
    "upstream_id": "number at the upstream",
    "subscription_id": "subscription",
    "cost_minor": "cost of a mailbox",
    "quantity": "mailboxes paid for",
    "period_start": "period began",
    "period_end": "period ends",
    "registered_at": "registered",
    "expires_at": "expires",
    "is_admin": "is an administrator",
    "warmup_state": "warm-up",
    "picture_url": "picture",
    "email": "e-mail",
    "phone_cc": "country code of the phone",
}


def what_differs(drift: Drift) -> str:
    """*renews by itself: here yes, there no*."""
    here, there = value_in_words(drift, drift.here), value_in_words(drift, drift.there)
    if drift.kind == Drift.Kind.APPEARED:
        return f"{noun_of(drift)} that is only there, {there}"
    if drift.kind == Drift.Kind.MISSING:
        return f"{noun_of(drift)}: here {here}, there {there}"
    if drift.kind == Drift.Kind.OWNER:
        return f"{noun_of(drift)} that is {drift.there}'s there; here it was {here}, and is removed"
    return f"{field_in_words(drift)}: here {here}, there {there}"


def field_in_words(drift: Drift) -> str:
    return FIELDS.get(drift.field, drift.field.replace("_", " ")) or "whether it is there"


def noun_of(drift: Drift) -> str:
    return str(_model_of(drift)._meta.verbose_name)


def value_in_words(drift: Drift, value: Any) -> str:
    """A value as it was kept, the way a person says it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value in (None, ""):
        return "nothing"
    if drift.field == "cost_minor" and isinstance(value, int):
        return money(value)
    moment = _moment(value) if drift.field.endswith(("_at", "_start", "_end")) else None
    if moment:
        local = timezone.localtime(moment)
        return f"{local.day} {local:%b %Y, %H:%M}"
    return _state_in_words(drift, str(value))


def _moment(value: Any) -> datetime | None:
    return parse_datetime(value) if isinstance(value, str) else None


def _state_in_words(drift: Drift, value: str) -> str:
    """The word for a state; of anything else what it says."""
    if drift.field not in {"", "state", "warmup_state"}:
        return value
    fields = {each.name: each for each in _model_of(drift)._meta.concrete_fields}
    choices: dict[str, Any] = dict(getattr(fields.get(drift.field or "state"), "flatchoices", []))
    return str(choices.get(value, value)).lower() if value in choices else value


def _model_of(drift: Drift) -> type[Model]:
    return apps.get_model(drift.subject_type)
