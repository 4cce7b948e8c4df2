"""A template with a fault in it fails the build, not a page."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks.registry import registry
from django.test import override_settings

from reseller_portal.core.checks import check_templates

LOADERS = [("template_partials.loader.Loader", ["django.template.loaders.filesystem.Loader"])]


def words_about(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "page.html").write_text(text)
    (tmp_path / "other.html").write_text("{% block a %}{% endblock %}{% partialdef row %}x{% endpartialdef %}")
    (engine,) = settings.TEMPLATES
    options = {**engine["OPTIONS"], "loaders": LOADERS}
    with override_settings(TEMPLATES=[{**engine, "DIRS": [tmp_path], "OPTIONS": options}]):
        return [message.msg for message in check_templates()]


def test_our_templates_have_no_fault() -> None:
    assert check_templates() == []


def test_they_are_looked_at_before_a_release() -> None:
    assert check_templates in registry.deployment_checks


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{% if a %}", "does not compile"),
        ("{% nosuchtag %}", "does not compile"),
        ("{{ a|nosuchfilter }}", "does not compile"),
        ("{{ a b }}", "does not compile"),
        ("{% url 'domains:nowhere' %}", "an address that does not exist: domains:nowhere"),
        ("{% for a in b %}{% if c %}{% url 'nowhere' %}{% endif %}{% endfor %}", "does not exist: nowhere"),
        ("{% include 'nowhere.html' %}", "a template that does not exist: nowhere.html"),
        ("{% extends 'nowhere.html' %}", "a template that does not exist: nowhere.html"),
        ("{% extends 'other.html' %}{% block a %}{% url 'nowhere' %}{% endblock %}", "does not exist: nowhere"),
        ("{% include 'other.html#nowhere' %}", "does not exist: other.html#nowhere"),
        ("{% partialdef row %}{% url 'nowhere' %}{% endpartialdef %}", "does not exist: nowhere"),
    ],
)
def test_a_fault_is_found(tmp_path: Path, text: str, words: str) -> None:
    (message,) = words_about(tmp_path, text)
    assert words in message


@pytest.mark.parametrize(
    "text",
    [
        "{% url 'domains:list' 'acme' %}{% url where %}{% include which %}",
        "{% extends 'other.html' %}{% block a %}{% include 'other.html#row' %}{% endblock %}",
    ],
)
def test_what_exists_or_is_only_known_later_is_none(tmp_path: Path, text: str) -> None:
    assert words_about(tmp_path, text) == []
