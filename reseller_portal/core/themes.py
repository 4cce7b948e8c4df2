"""Light or dark, as a person chose it on this device."""

from django.http import HttpRequest

COOKIE = "theme"
THEMES = frozenset({"light", "dark"})


def theme_of(request: HttpRequest) -> str:
    """Empty when the system decides."""
    kept = request.COOKIES.get(COOKIE, "")
    return kept if kept in THEMES else ""
