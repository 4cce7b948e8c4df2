"""What every page must keep to, whatever it shows."""

import pytest
from django.test import Client

from tests.shop import Shop

PAGES = ("", "domains/", "domains/first.com/", "domains/find/", "mailboxes/", "mailboxes/order/", "orders/", "billing/")
INLINE = ("<style", " style=", "<script>", "onclick=", "hx-on", "javascript:")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_holds_no_inline_script_or_style(shop: Shop, page: str) -> None:
    shop.order("first.com")
    shop.finish()
    browser = Client()
    browser.force_login(shop.world.ada)
    answer = browser.get(f"/c/acme/{page}", follow=True)
    assert answer.status_code == 200
    assert [word for word in INLINE if word in answer.content.decode()] == []
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_a_part_is_smaller_than_its_page_and_told_apart_by_caches(shop: Shop) -> None:
    browser = Client()
    browser.force_login(shop.world.ada)
    page = browser.get("/c/acme/mailboxes/")
    part = browser.get("/c/acme/mailboxes/", headers={"HX-Request": "true"})
    assert "HX-Request" in page["Vary"]
    assert b"<html" not in part.content
    assert len(part.content) < len(page.content) / 4
