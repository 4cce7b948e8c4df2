"""Everything that is stored encrypted: whether FIELD_KEYS opens it, and putting it under the newest key."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, transaction
from django.db.models import Model, Q

from accounts.tenancy import staff_scope
from reseller_portal.core.crypto import Undecipherable, decrypt, rotate

# Of models that are not ours; ours say it themselves in `sealed_fields`.
OF_OTHERS = {"mfa.Authenticator": ("data",)}
# How every Fernet token begins, for about 10,000 years.
TOKEN = "gAAAAA"  # noqa: S105  # not a secret: the beginning of all of them
PORTION = 200
TRIED = 3


def sealed_models() -> Iterator[tuple[type[Model], tuple[str, ...]]]:
    for model in apps.get_models():
        fields = getattr(model, "sealed_fields", ()) or OF_OTHERS.get(model._meta.label, ())
        if fields:
            yield model, fields


def refuse_keys_that_open_nothing() -> None:
    """Raises ImproperlyConfigured when none of the newest secrets fits FIELD_KEYS; without tables there is none."""
    for model, fields in sealed_models():
        try:
            with staff_scope("start: try FIELD_KEYS"):
                rows = list(_sealed(model, fields).order_by("-pk").values_list(*fields)[:TRIED])
        except ProgrammingError:
            return
        tokens = [token for row in rows for token in _tokens(row)]
        if tokens and not any(map(_opens, tokens)):
            raise ImproperlyConfigured(
                "FIELD_KEYS does not hold the key that the stored credentials were encrypted with. Put that key back,"
                " behind a newer one if there is one."
            )


def rotate_sealed(model: type[Model], fields: tuple[str, ...]) -> tuple[int, int]:
    """(rows now under the newest key, rows that fit no key and stay as they are). In portions, while people work."""
    done, lost, last = 0, 0, 0
    while True:
        with staff_scope("rotate FIELD_KEYS"):
            rows = list(_sealed(model, fields).filter(pk__gt=last).order_by("pk").select_for_update()[:PORTION])
            for row in rows:
                is_done = _rotate_row(row, fields)
                done, lost = done + is_done, lost + (not is_done)
        if not rows:
            return done, lost
        last = rows[-1].pk


def _rotate_row(row: Model, fields: tuple[str, ...]) -> bool:
    try:
        fresh = {field: _rotated(getattr(row, field)) for field in fields}
    except Undecipherable:
        return False
    with transaction.atomic():
        type(row)._default_manager.filter(pk=row.pk).update(**fresh)
    return True


def _sealed(model: type[Model], fields: tuple[str, ...]) -> Any:
    condition = Q()
    for field in fields:
        condition |= ~Q(**{field: ""})
    return model._default_manager.filter(condition)


def _rotated(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rotated(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rotated(each) for each in value]
    return rotate(value) if isinstance(value, str) and value.startswith(TOKEN) else value


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(TOKEN):
            yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _tokens(each)


def _opens(token: str) -> bool:
    try:
        decrypt(token)
    except Undecipherable:
        return False
    return True
