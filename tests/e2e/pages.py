"""The addresses that the browser tests visit, by visitor."""

from collections.abc import Iterable

from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.conftest import assert_clean, forgive, watched
from tests.stack import Stack

# Each theme and each width once; what is seen most is seen in all four.
LOOKS = [(1280, "light"), (320, "dark")]
ALL_LOOKS = [*LOOKS, (1280, "dark"), (320, "light")]

OUTSIDE = (
    "/account/login/", "/account/login/?next=/c/acme/", "/account/password/reset/", "/account/password/reset/done/",
    "/account/password/reset/key/1-abc-def/", "/account/password/reset/key/done/", "/account/inactive/",
    "/account/signup/", "/account/confirm-email/", "/no/such/page/", "/style-guide/",
)  # fmt: skip
CUSTOMER = (
    "/c/acme/", "/c/acme/domains/", "/c/acme/domains/?state=attention", "/c/acme/domains/?contains=nothing-like-it",
    "/c/acme/domains/tryacme.net/", "/c/acme/domains/acme-conflict.com/", "/c/acme/domains/find/",
    "/c/acme/domains/find/?way=list", "/c/acme/mailboxes/", "/c/acme/mailboxes/?state=attention",
    "/c/acme/mailboxes/order/", "/c/acme/mailboxes/order/?domain=tryacme.net", "/c/acme/orders/",
    "/c/acme/orders/?state=partly", "/c/acme/orders/?state=failed", "/c/acme/billing/",
)  # fmt: skip
EMPTY = (
    "/c/hollow/", "/c/hollow/domains/", "/c/hollow/mailboxes/", "/c/hollow/orders/", "/c/hollow/billing/",
)  # fmt: skip
ACCOUNT = (
    "/account/password/change/", "/account/2fa/", "/account/2fa/totp/activate/", "/account/sessions/",
    "/account/email/", "/account/reauthenticate/", "/account/logout/",
)  # fmt: skip
LISTS = (
    "accounts/customer", "accounts/user", "accounts/brand", "accounts/auditentry", "billing/order",
    "billing/transaction", "billing/account", "billing/pricerule", "operations/operation", "webhooks/event",
    "accounts/mail", "mirror/survey", "mirror/drift", "mirror/bookscheck", "billing/shortfall",
    "billing/unsellablename",
)  # fmt: skip
ADMIN = (
    "/admin/", "/admin/billing/", "/admin/accounts/customer/add/", "/admin/accounts/user/add/",
    "/admin/accounts/brand/add/", "/admin/billing/pricerule/add/", "/admin/billing/transaction/add/",
    "/admin/accounts/customer/?q=nothing-like-it", "/admin/billing/order/?state__exact=partly",
    "/admin/accounts/customer/1/history/", "/admin/billing/order/attention/",
)  # fmt: skip


def opened(browser: Browser, look: tuple[int, str]) -> tuple[BrowserContext, Page]:
    width, scheme = look
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]  # a literal
    return context, watched(context.new_page())


def visit(page: Page, stack: Stack, paths: Iterable[str]) -> None:
    """Every page is clean, whatever its status says."""
    for path in paths:
        page.goto(path if path.startswith("http") else stack.at(path))
        forgive(page, "Failed to load resource")
        assert_clean(page)
