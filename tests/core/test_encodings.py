"""What a request says of its encoding: UTF-8, however it is written, or it is refused before Django reads it."""

import pkgutil
from encodings import __path__ as where
from encodings.aliases import aliases
from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test.client import RequestFactory

from reseller_portal.core.body_limit import BodyLimit
from reseller_portal.core.encodings import in_utf8
from tests.world import World

FORM = "application/x-www-form-urlencoded"
NAMED = sorted({module.name for module in pkgutil.iter_modules(where)} | set(aliases) | {"no-such", "", "é", "a b"})
OURS = {"utf_8", "utf8", "u8", "utf", "utf8_ucs2", "utf8_ucs4", "cp65001"}


def status(method: str, address: str, content_type: str) -> int:
    """Through the whole application, as a server calls it."""
    answers: list[str] = []
    body = b"login=\xff\xfe+AGE-&next=/"
    request = RequestFactory(HTTP_HOST="outreach.localhost").generic(method, f"{address}?x=1", body)
    environ: dict[str, Any] = {**request.META, "CONTENT_TYPE": content_type, "wsgi.input": BytesIO(body)}
    guarded = BodyLimit(WSGIHandler(), largest=1000)
    list(guarded(environ, lambda line, headers: answers.append(line)))
    return int(answers[0][:3])


@pytest.mark.parametrize("name", NAMED)
def test_every_encoding_that_python_knows_is_utf_8_or_refused(name: str) -> None:
    """Whatever is let through decodes no differently than without it."""
    kind = f"{FORM}; charset={name}"
    if name in OURS:
        assert in_utf8(kind) == FORM
    else:
        with pytest.raises(ValueError, match="not UTF-8"):
            in_utf8(kind)


@pytest.mark.parametrize(
    ("given", "left"),
    [
        ("", ""),
        ("application/json", "application/json"),
        ("multipart/form-data; boundary=b; charset=UTF-8", "multipart/form-data; boundary=b"),
        ('text/html;Charset="utf-8" ; boundary="a;charset"', 'text/html ; boundary="a;charset"'),
        (f"{FORM};charset=utf-8;charset=UTF8", FORM),
    ],
)
def test_what_is_utf_8_is_handed_on_without_saying_so(given: str, left: str) -> None:
    assert in_utf8(given) == left


@pytest.mark.parametrize(
    "odd", ["text/html; charset*=utf-8''hex", "text/html; charset=utf-8; charset=hex", 'text/html; charset="hex']
)
def test_a_second_name_is_not_overlooked(odd: str) -> None:
    with pytest.raises(ValueError, match="not UTF-8"):
        in_utf8(odd)


@pytest.mark.parametrize("charset", ["hex", "utf-16", "latin-1", "utf-8-sig", "undefined"])
@pytest.mark.parametrize(("method", "address"), [("POST", "/account/login/"), ("POST", "/theme/"), ("GET", "/")])
def test_no_encoding_reaches_django(world: World, method: str, address: str, charset: str) -> None:
    assert status(method, address, f"{FORM}; charset={charset}") == 415
