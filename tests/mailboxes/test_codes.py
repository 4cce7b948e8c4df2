"""One-time codes: of every secret that RFC 4226 allows a machine to compute, however it is written."""

import base64
import hashlib
import hmac
import struct

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.tenancy import scope
from mailboxes.codes import code_of, key_of
from mailboxes.models import Mailbox
from mailboxes.services.secrets import keep_newest
from tests.shop import Shop

KEY = b"12345678901234567890"
LONG = "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"
MOMENT = 1_111_111_109


def by_the_book(key: bytes, moment: int) -> str:
    """RFC 4226, section 5.3, written out again."""
    digest = hmac.digest(key, struct.pack(">Q", moment // 30), hashlib.sha1)
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 10**6:06}"


@time_machine.travel(MOMENT, tick=False)
def test_the_code_is_the_one_that_the_rfc_gives() -> None:
    assert code_of(LONG).value == "081804" == by_the_book(KEY, MOMENT)


@pytest.mark.parametrize(
    "written",
    [
        *(LONG, LONG.lower(), LONG.replace(" ", ""), LONG.replace(" ", "-"), LONG.replace(" ", "\u00a0")),
        *(f" {LONG}\n", f"{LONG}====", LONG.replace(" ", "\u2011"), LONG.replace(" ", "\r\n")),
        "otpauth://totp/Mail:maya@first.com?secret=gezdgnbvgy3tqojqgezdgnbvgy3tqojq&issuer=Mail",
    ],
)
def test_groups_case_and_padding_do_not_matter(written: str) -> None:
    assert key_of(written) == KEY


@pytest.mark.parametrize("size", range(1, 65))
@time_machine.travel(MOMENT, tick=False)
def test_a_secret_of_any_length_gives_its_code(size: int) -> None:
    key = bytes(range(1, size + 1))
    padded = base64.b32encode(key).decode()
    for written in (padded, padded.rstrip("="), padded.rstrip("=").lower()):
        assert code_of(written).value == by_the_book(key, MOMENT)


@time_machine.travel(MOMENT, tick=False)
def test_sixteen_letters_as_microsoft_shows_them_are_enough() -> None:
    assert code_of("jbsw y3dp ehpk 3pxp").value == by_the_book(base64.b32decode("JBSWY3DPEHPK3PXP"), MOMENT)


@pytest.mark.parametrize("letters", ["GEZDGNBVG", "GEZDGNBVGY3", "GEZDGNBVGY3TQO"])
def test_letters_that_fill_no_byte_are_left_out(letters: str) -> None:
    assert key_of(letters) == KEY[: len(letters) * 5 // 8]


@pytest.mark.parametrize("secret", ["see the sheet!", "0189", "A", "otpauth://totp/x?issuer=y", "ключ", "===="])
def test_what_cannot_be_read_stays_text(secret: str) -> None:
    assert (code_of(secret).value, code_of(secret).unreadable) == ("", secret)


@pytest.mark.parametrize("secret", ["", "  "])
def test_no_secret_is_no_code_and_nothing_unreadable(secret: str) -> None:
    assert (code_of(secret).value, code_of(secret).unreadable) == ("", "")


def test_no_repr_tells_a_code_or_a_secret() -> None:
    assert "GEZD" not in repr(code_of("GEZD!"))
    assert code_of(LONG).value not in repr(code_of(LONG))


@pytest.mark.parametrize(
    ("secret", "shown"), [("jbsw y3dp ehpk 3pxp", "One-time code"), ("see-the-sheet!", "Cannot be read")]
)
def test_the_page_that_reveals_never_fails_for_a_secret(shop: Shop, secret: str, shown: str) -> None:
    shop.order("first.com")
    shop.finish()
    with scope(shop.customer.pk):
        mailbox = Mailbox.objects.select_related("customer").get(address="maya@first.com")
        keep_newest([(mailbox, {"authenticator": secret})], at=timezone.now())
    browser = Client()
    browser.force_login(shop.world.ada)
    page = browser.post(f"/c/acme/mailboxes/{mailbox.pk}/reveal/", {"password": "pass-phrase-1"})
    assert page.status_code == 200
    assert shown in page.content.decode()
