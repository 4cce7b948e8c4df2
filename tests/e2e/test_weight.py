"""What a page weighs on the wire: scripts and styles together, the first page with all it needs, and a part of it."""

import gzip
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, Response

from tests.e2e.conftest import sign_in
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
KB = 1024
MOST_CODE = 48 * KB
MOST_FIRST_PAGE = 143 * KB
LARGEST_PART = 0.25


@dataclass
class Weight:
    """Bytes as they came over the wire. Pages are counted compressed, as the proxy before the portal sends them."""

    code: int = 0
    other: int = 0
    hosts: set[str] = field(default_factory=set)

    def add(self, response: Response) -> None:
        self.hosts.add(response.url.split("/")[2])
        kind = response.request.resource_type
        size = (
            response.request.sizes()["responseBodySize"] if kind != "document" else len(gzip.compress(response.body()))
        )
        if kind in {"script", "stylesheet"}:
            self.code += size
        else:
            self.other += size

    @property
    def total(self) -> int:
        return self.code + self.other


def weigh(page: Page, address: str) -> Weight:
    """One visit with nothing kept from before."""
    came: list[Response] = []

    def keep(response: Response) -> None:
        came.append(response)

    page.on("response", keep)
    page.goto(address)
    page.wait_for_load_state("networkidle")
    weight = Weight()
    for response in came:
        weight.add(response)
    return weight


@pytest.mark.parametrize(
    "path", ["/account/login/", "/c/acme/", "/c/acme/mailboxes/", "/c/acme/billing/", "/c/acme/orders/"]
)
def test_a_first_page_is_light_and_calls_no_other_host(stack: Stack, browser: Browser, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    if path.startswith("/c/"):
        sign_in(page, stack, "ada@acme.example")
        cookies = context.cookies()
        context.close()
        context = browser.new_context()
        context.add_cookies(cookies)  # type: ignore[arg-type]  # what it gave is what it takes
        page = context.new_page()
    weight = weigh(page, stack.at(path))
    assert weight.hosts == {f"outreach.localhost:{stack.port}"}
    assert 0 < weight.code <= MOST_CODE, f"{weight.code / KB:.1f} KB of scripts and styles"
    assert weight.total <= MOST_FIRST_PAGE, f"{weight.total / KB:.1f} KB"
    context.close()


@pytest.mark.parametrize(
    "path", ["/c/acme/", "/c/acme/mailboxes/", "/c/acme/orders/", "/c/acme/domains/", "/c/acme/billing/"]
)
def test_a_part_is_at_most_a_quarter_of_its_first_page(stack: Stack, browser: Browser, path: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, stack, "ada@acme.example")
    part = page.evaluate("path => fetch(path, { headers: { 'HX-Request': 'true' } }).then((it) => it.text())", path)
    assert "<html" not in part
    whole = browser.new_context(storage_state=context.storage_state())
    weight = weigh(whole.new_page(), stack.at(path))
    assert len(gzip.compress(part.encode())) <= LARGEST_PART * weight.total
    whole.close()
    context.close()
