"""What templates say often: icons, money, times, states and links within a customer."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import urlencode

from babel.numbers import format_currency
from django import template
from django.conf import settings
from django.db.models import Model
from django.forms import BoundField
from django.template import Context
from django.template.loader import get_template
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reseller_portal.core.lists.domains import readable as as_people_write
from reseller_portal.core.lists.names import shown_name
from reseller_portal.core.navigation import url_of
from reseller_portal.core.phrases import phrase_of
from reseller_portal.core.states import look_of
from reseller_portal.core.times import since, time_of_day, times_of_page

register = template.Library()
# The first that fits: most browsers also claim to be another one.
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "an iPhone"), ("iPad", "an iPad"), ("Mac OS", "a Mac"),
    ("Linux", "Linux"),
)  # fmt: skip


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
    value = str(getattr(row, "state", ""))
    word = str(row.get_state_display())  # type: ignore[attr-defined]  # every model with a state has choices
    return state_word(value, in_words(value) if word == value else word, kind)


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


def listed_state(value: str, words: Mapping[str, str], *, is_missing: bool) -> SafeString:
    """The state of a row in a list. The upstream may use a word that is new to us: then that stands there, in words."""
    if is_missing:
        return state_word("unknown", "Missing at the provider")
    return state_word(value, words.get(value) or in_words(value))


def in_words(value: str) -> str:
    """*On hold* for ON_HOLD."""
    return value.replace("_", " ").capitalize()


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
    """How long ago for a week, then the date; the exact time and its zone on hover."""
    return since(moment)


@register.simple_tag
def clock(moment: datetime) -> SafeString:
    """The time of day with its zone, for what ends today."""
    return time_of_day(moment)


@register.simple_tag
def print_rows(name: str, rows: Iterable[Sequence[object]]) -> SafeString:
    """Rows by the fifty: a template whose holes are numbered, filled without the template engine, and escaped."""
    markup = _markup(name)
    return SafeString("\n".join(markup.format(*map(_escaped, row)) for row in rows))


def _escaped(cell: object) -> str:
    """`conditional_escape` without its detour for lazy texts, which is dearer than the escaping."""
    return cell if isinstance(cell, SafeString) else escape(str(cell))


@register.simple_tag
def remembered(template_name: str, **values: Hashable) -> SafeString:
    """A template that says nothing but these values: rendered once for each set of them, in each process.

    A frame is the same on every page of a person. What is the request's alone, as its token, stays outside.
    """
    if settings.DEBUG:
        return _rendered.__wrapped__(template_name, _key(values))
    return _rendered(template_name, _key(values))


def _key(values: Mapping[str, Hashable]) -> tuple[tuple[str, type, Hashable], ...]:
    """With the types, since a text that is safe equals one that is not."""
    return tuple((key, type(value), value) for key, value in values.items())


@lru_cache(maxsize=4096)
def _rendered(name: str, values: tuple[tuple[str, type, Hashable], ...]) -> SafeString:
    return SafeString(get_template(name).render({key: value for key, _, value in values}))


@cache
def _markup(name: str) -> str:
    return str(get_template(name).template.source).strip()  # type: ignore[attr-defined]  # Django's own engine has it


@register.simple_tag
def day(moment: datetime | None) -> SafeString:
    """A date, with the exact time and its zone on hover."""
    return times_of_page().day(moment)


@register.simple_tag
def zone_name() -> str:
    """The zone that this page's times are in."""
    return timezone.get_current_timezone_name()


@register.filter
def phrase(entry: Any) -> str:
    """What an audit row says, as a sentence without its subject's link."""
    return phrase_of(entry)


@register.simple_tag(takes_context=True)
def customer_url(context: Context, name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a page of the customer whose pages these are."""
    if kwargs:
        return reverse(name, kwargs={"customer": context["customer"].slug, **kwargs})
    return url_of(name, context["customer"].slug, *args)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The address's own filters with some of them changed; an empty value takes one away."""
    kept = {key: values for key, values in context["request"].GET.lists() if key not in changes}
    wanted = {key: value for key, value in changes.items() if value not in {None, ""}}
    return "?" + urlencode({**kept, **wanted}, doseq=True)


@register.filter
def as_input(field: BoundField) -> SafeString:
    """A form's field with our looks, whoever wrote the form. The label says what a placeholder would."""
    if getattr(field.field.widget, "input_type", "") in {"checkbox", "radio"}:
        return field.as_widget()
    return field.as_widget(attrs={"class": "input", "placeholder": False})


@register.filter
def browser_name(agent: str) -> str:
    """*Firefox on Windows*, from what a browser says of itself."""
    browser = next((name for word, name in BROWSERS if word in agent), "Another program")
    system = next((name for word, name in SYSTEMS if word in agent), "")
    return f"{browser} on {system}" if system else browser


@register.filter
def labelled(cells: Iterable[SafeString], headers: Sequence[Mapping[str, Any]]) -> list[SafeString]:
    """The cells of a row of the admin, each with the head of its column, for screens on which they stand in rows."""
    return [_labelled(cell, str(header["text"])) for cell, header in zip(cells, headers, strict=True)]


def _labelled(cell: SafeString, head: str) -> SafeString:
    """The box that ticks a row has no words in its head, and the cell that names the row needs none."""
    if not cell.startswith("<td") or "<" in head:
        return cell
    quiet = SafeString(" data-quiet") if cell.endswith(">-</td>") else ""
    return SafeString(format_html('<td data-label="{}"{}', head[:1].upper() + head[1:], quiet) + cell[len("<td") :])


@register.filter
def with_word(number: int, word: str) -> str:
    """*1,204 delivered*."""
    return f"{number:,} {word}"


@register.filter
def sentence(text: str) -> str:
    """The words of others with a full stop, so that ours can follow."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


@register.filter
def readable(name: str) -> str:
    """A domain or an address as people write it: *münchen.de* for xn--mnchen-3ya.de."""
    return as_people_write(name)


@register.filter
def person(found: Any) -> str:
    """The name of whoever has a `first_name` and a `last_name`, as it is written: *Maya Ferro*, *李雷*."""
    return shown_name(found.first_name, found.last_name)


@register.filter
def initials(name: str) -> str:
    words = name.replace("@", " ").replace(".", " ").split()
    return "".join(word[0] for word in words[:2]).upper()
