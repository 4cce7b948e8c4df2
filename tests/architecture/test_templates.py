"""No template carries a script or a style of its own: the content policy would stop it, and the build does first."""

import re
from pathlib import Path

import pytest
from django.conf import settings

TEMPLATES = sorted((settings.BASE_DIR / "templates").rglob("*.html"))
FORBIDDEN = {
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "an inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "an hx-on attribute": re.compile(r"\bhx-on\b", re.IGNORECASE),
    "an expression for htmx": re.compile(r"\bhx-(?:vals|headers|vars)\s*=\s*['\"]\s*js(?:on)?:", re.IGNORECASE),
    "a filter of an htmx trigger": re.compile(r"\bhx-trigger\s*=\s*\"[^\"]*\[", re.IGNORECASE),
    "a javascript address": re.compile(r"=\s*['\"]?\s*javascript:", re.IGNORECASE),
    "something from another host": re.compile(r"(?:src|action)\s*=\s*['\"](?:https?:)?//", re.IGNORECASE),
}
COMMENTS = re.compile(r"{#.*?#}|{% comment %}.*?{% endcomment %}", re.DOTALL)

# Programs that show mail know no other styles, and no content policy.
ALLOWED_IN_MAIL = ["a style attribute"]


def found_in(text: str) -> list[str]:
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(COMMENTS.sub("", text))]


@pytest.mark.parametrize("path", TEMPLATES, ids=[str(each.relative_to(settings.BASE_DIR)) for each in TEMPLATES])
def test_a_template_carries_nothing_that_the_content_policy_stops(path: Path) -> None:
    is_mail = path.is_relative_to(settings.BASE_DIR / "templates" / "emails")
    assert [what for what in found_in(path.read_text()) if not (is_mail and what in ALLOWED_IN_MAIL)] == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<script type="module">x</script>',
        "<style>p{}</style>",
        '<p class="a" style="color:red">',
        '<a onclick="x()">',
        '<p hx-on:click="x">',
        """<p hx-vals='js:{a: 1}'>""",
        '<p hx-trigger="keyup[key]">',
        '<a href="javascript:x">',
        '<img src="//elsewhere.example/a.png">',
    ],
)
def test_each_of_them_would_be_found(text: str) -> None:
    assert found_in(text)


def test_a_script_of_our_own_files_is_allowed() -> None:
    assert found_in('<script src="{% static "js/portal.js" %}" defer></script>{# <style> #}') == []
