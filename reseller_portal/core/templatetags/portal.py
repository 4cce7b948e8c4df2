"""What templates say often: icons, money, times, states and links within a customer."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_currency
from django import template
from django.db.models import Model
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince

from reseller_portal.core.phrases import phrase_of
from reseller_portal.core.states import look_of

register = template.Library()


@register.simple_tag
@cache
def icon(name: str, size: str = "", spin: bool = False) -> SafeString:
    """An icon of the sprite; hidden from screen readers, as a word always stands beside it."""
    return format_html(
        '<svg class="icon"{}{} aria-hidden="true"><use href="{}#{}"/></svg>',
        format_html(' data-size="{}"', size) if size else "",
        SafeString(" data-spin") if spin else "",
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def state(row: Model, kind: str = "state") -> SafeString:
    """The state of a row as icon and word. `kind` is state (in tables) or badge (alone)."""
    word = row.get_state_display()  # type: ignore[attr-defined]  # every model with a state has choices
    return state_word(str(getattr(row, "state", "")), str(word), kind)


@register.simple_tag
@lru_cache(maxsize=1024)
def state_word(value: str, word: str, kind: str = "state") -> SafeString:
    look = look_of(value)
    return format_html(
        '<span class="{}" data-state="{}">{}{}</span>',
        kind,
        look.tone,
        icon(look.icon, spin=look.tone == "working"),
        word,
    )


@register.filter
def money(amount_minor: int | None, currency: str = "USD") -> str:
    """Minor units as an amount with its currency: 123456 is $1,234.56."""
    amount = (amount_minor or 0) / 100
    return format_currency(amount, currency, locale="en_US").replace("-", "−")


@register.filter
def signed_money(amount_minor: int, currency: str = "USD") -> str:
    return ("+" if amount_minor > 0 else "") + money(amount_minor, currency)


@register.simple_tag
def when(moment: datetime | None) -> SafeString:
    """How long ago, with the exact time and its zone on hover."""
    if moment is None:
        return SafeString('<span class="faint">unknown</span>')
    ago = timezone.now() - moment
    if abs(ago.total_seconds()) < 60:
        words = "now"
    elif ago.total_seconds() > 0:
        words = timesince(moment, depth=1) + " ago"
    else:
        words = f"in {timesince(timezone.now(), timezone.now() + ago, depth=1)}"
    return _time(moment, words)


@register.simple_tag
def day(moment: datetime | None) -> SafeString:
    """A date, with the exact time and its zone on hover."""
    if moment is None:
        return SafeString('<span class="faint">not known yet</span>')
    return _day(moment, timezone.get_current_timezone_name())


@register.filter
def phrase(entry: Any) -> str:
    """What an audit row says, as a sentence without its subject's link."""
    return phrase_of(entry)


@register.simple_tag(takes_context=True)
def customer_url(context: Context, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page of the customer whose pages these are."""
    slug = context["customer"].slug
    return reverse(name, args=[slug, *args]) if args else reverse(name, kwargs={"customer": slug, **kwargs})


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The address's own filters with some of them changed; an empty value takes one away."""
    kept = {key: values for key, values in context["request"].GET.lists() if key not in changes}
    wanted = {key: value for key, value in changes.items() if value not in {None, ""}}
    return "?" + urlencode({**kept, **wanted}, doseq=True)


@register.filter
def initials(name: str) -> str:
    words = name.replace("@", " ").replace(".", " ").split()
    return "".join(word[0] for word in words[:2]).upper()


@lru_cache(maxsize=4096)
def _day(moment: datetime, _zone: str) -> SafeString:
    local = timezone.localtime(moment)
    return _time(moment, f"{local.day} {local:%b %Y}")


def _time(moment: datetime, words: str) -> SafeString:
    local = timezone.localtime(moment)
    exact = f"{local.day} {local:%b %Y, %H:%M:%S} {timezone.get_current_timezone_name()}"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, words)
