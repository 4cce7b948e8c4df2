"""Files as other products write them, chosen in the builder and read by nobody: the right lines of the right order."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from openpyxl import Workbook  # type: ignore[import-untyped]  # stubs would be one more dependency

from tests.lists.more_exports import EXPORTS
from tests.mailboxes.test_mending import BUILD, ada, quoted
from tests.shop import Shop

__all__ = ["ada"]
TWO = [("nadia@first.com", "Nadia", "Brandt"), ("per.o@second.net", "Per", "Olsson")]


def as_workbook(text: str) -> bytes:
    book = Workbook()
    for line in text.splitlines():
        book.active.append(line.split(","))
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def upload(client: Client, name: str, raw: bytes) -> int:
    file = SimpleUploadedFile(name, raw, content_type="text/csv")
    form = {"provider": "GOOGLE", "domains": "first.com\nsecond.net", "people": "", "file": file}
    return client.post(BUILD, form).status_code


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_an_export_becomes_the_right_order(
    shop: Shop, ada: Client, name: str, encoding: str
) -> None:  # the fixture is used
    assert upload(ada, "people.csv", EXPORTS[name].replace("\n", "\r\n").encode(encoding)) == 302
    assert quoted(shop) == TWO


@pytest.mark.parametrize("name", ["Instantly", "lemlist", "Google Workspace, Download users"])
def test_an_export_saved_as_a_workbook_does_too(shop: Shop, ada: Client, name: str) -> None:  # as above
    assert upload(ada, "people.xlsx", as_workbook(EXPORTS[name])) == 302
    assert quoted(shop) == TWO


@pytest.mark.parametrize("name", [name for name, text in EXPORTS.items() if "S3cret!pw" in text])
def test_no_password_of_an_export_is_kept(shop: Shop, ada: Client, name: str) -> None:  # as above
    file = SimpleUploadedFile("people.csv", EXPORTS[name].encode())
    form = {"provider": "GOOGLE", "domains": "first.com", "people": "", "file": file, "do": "read"}
    assert "S3cret!pw" not in ada.post(BUILD, form).content.decode()
