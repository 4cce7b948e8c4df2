"""A file that is no list of people is refused with what to do, and what was typed stays."""

import html
import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.tenancy import scope
from billing.models import Quote
from tests.shop import Shop

BUILD = "/c/acme/mailboxes/order/"
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


WRONG = {
    "people.pdf": b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n%%EOF\n",
    "people.zip": zipped("people.csv", b"Maya Ferro\n"),
    "photo.png": PNG,
    "photo.csv": PNG,
    "empty.csv": b"",
    "blank.csv": b"\n  \n",
    "large.csv": b"Maya Ferro\n" * (20 * 1024 * 1024 // 11),
    "old.xls": OLE,
    "locked.xlsx": OLE + "EncryptedPackage".encode("utf-16-le"),
    "letter.xlsx": zipped("word/document.xml", b"<w:document/>"),
    "cut.xlsx": zipped("xl/worksheets/sheet1.xml", b"<worksheet>")[:60],
    "bytes.txt": bytes(range(256)) * 4,
    "nul.txt": b"\0" * 400,
    "unmarked-le.csv": "Maya Ferro\nLee Chang\n".encode("utf-16-le"),
    "unmarked-be.csv": "Maya Ferro\nLee Chang\n".encode("utf-16-be"),
}


@pytest.fixture
def ada(shop: Shop) -> Client:
    browser = Client(HTTP_HOST="outreach.localhost")
    browser.force_login(shop.world.ada)
    return browser


def answer_to(ada: Client, name: str, content: bytes) -> tuple[int, str]:
    file = SimpleUploadedFile(name, content)
    answer = ada.post(BUILD, {"provider": "GOOGLE", "domains": "first.com", "people": "Noor Haddad", "file": file})
    return answer.status_code, html.unescape(answer.content.decode())


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_file_is_refused_in_words_and_nothing_is_lost(shop: Shop, ada: Client, name: str) -> None:
    status, page = answer_to(ada, name, WRONG[name])
    assert status in {413, 422}
    if status == 422:
        said = re.findall(r"<li>(File: [^<]*)</li>", page)
        assert len(said) == 1, said
        assert re.search(r"(Save|Choose|Export|Split|Unpack|Remove|Write|Copy|Upload|Send)", said[0]), said
        assert "Noor Haddad</textarea>" in page
    with scope(shop.customer.pk):
        assert not Quote.objects.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["people.csv", "people.xlsx", "people.pdf", "people"])
def test_a_list_is_read_by_what_it_holds_whatever_its_name(shop: Shop, ada: Client, name: str, encoding: str) -> None:
    status, _ = answer_to(ada, name, "Maya Ferro\nLee Chang\n".encode(encoding))
    assert status == 302
    with scope(shop.customer.pk):
        lines = set(Quote.objects.get().lines.filter(item="mailbox").values_list("name", flat=True))
    assert lines == {"noor@first.com", "maya@first.com", "lee@first.com"}
