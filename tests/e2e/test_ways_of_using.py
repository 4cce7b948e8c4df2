"""How pages behave under a person's hands: focus is seen, places are kept, themes do not flash, drafts stay."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import assert_no_faults, sign_in, watched
from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(300)]
# The focused thing, when anything of another kind lies over its middle or it stands outside the window.
HIDDEN_FOCUS = """() => {
  const thing = document.activeElement;
  if (thing === document.body) return "";
  const box = thing.getBoundingClientRect();
  const [x, y] = [box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 20)];
  const seen = document.elementFromPoint(x, y);
  const related = seen && (thing.contains(seen) || seen.contains(thing) || seen.closest("label")?.contains(thing));
  const ring = [thing, thing.parentElement].some((each) => getComputedStyle(each).outlineStyle !== "none");
  const told = `${thing.outerHTML.slice(0, 120)} under ${seen?.outerHTML.slice(0, 80)}`;
  return related && (ring || thing.matches(".segments input")) ? "" : told;
}"""


def tab_through(page: Page, most: int = 60) -> list[str]:
    """What was focused without being seen, on the way through the page."""
    hidden = []
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        found = page.evaluate(HIDDEN_FOCUS)
        if found:
            hidden.append(found)
    return hidden


@pytest.mark.parametrize("size", [(1280, 600), (320, 600)])
@pytest.mark.parametrize(
    "path", ["/c/acme/", "/c/acme/mailboxes/", "/c/acme/domains/find/?way=list", "/account/password/change/"]
)
def test_focus_is_always_seen(stack: Stack, browser: Browser, path: str, size: tuple[int, int]) -> None:
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = watched(context.new_page())
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at(path))
    assert tab_through(page) == []
    context.close()


def test_the_first_tab_leads_past_the_frame(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "ada@acme.example")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def fill_statement(page: Page, stack: Stack) -> None:
    """More lines than one window shows: some mailboxes are bought when there are not enough yet."""
    page.goto(stack.at("/c/acme/billing/"))
    if page.locator("#show-more").count():
        return
    page.goto(stack.at("/c/acme/mailboxes/order/"))
    page.fill("#domains", "tryacme.net")
    page.fill("#people", "\n".join(f"More{letter} Rows" for letter in "abcdefghi"))
    page.click("text=Check prices")
    page.click("#pay")
    expect(page.locator("#live-order")).to_contain_text("Everything is delivered", timeout=60_000)
    page.goto(stack.at("/c/acme/billing/"))


def test_show_more_keeps_the_rows_and_leads_to_the_new_ones(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "ada@acme.example")
    fill_statement(page, stack)
    expect(page.locator("#rows tbody tr")).to_have_count(50)
    first = page.locator("#rows tbody tr").first.inner_text()
    page.click("#show-more")
    expect(page.locator("#rows tbody tr").nth(50)).to_be_visible()
    assert page.locator("#rows tbody tr").first.inner_text() == first
    assert page.url == stack.at("/c/acme/billing/")
    expect(page.locator("#live")).to_have_text("More rows are shown")
    assert_no_faults(page)


def test_show_more_works_without_a_script(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, stack, "ada@acme.example")
    fill_statement(page, stack)
    page.click("#show-more")
    expect(page.locator("#rows tbody tr").first).to_be_visible()
    page.click("text=Back to the first")
    expect(page.locator("#rows tbody tr")).to_have_count(50)
    context.close()


def test_a_theme_is_chosen_with_and_without_a_script(stack: Stack, browser: Browser) -> None:
    for scripts in (True, False):
        context = browser.new_context(java_script_enabled=scripts, color_scheme="light")
        page = watched(context.new_page())
        sign_in(page, stack, "ada@acme.example")
        page.click(".topbar .menu[data-align=end] > summary")
        page.click("button[name=theme][value=dark]")
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        answer = page.goto(stack.at("/c/acme/domains/"))
        assert answer
        assert 'data-theme="dark"' in answer.text()
        assert_no_faults(page)
        context.close()


def test_times_follow_the_clock_of_the_viewer(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(timezone_id="Asia/Tokyo")
    page = context.new_page()
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at("/c/acme/billing/"))
    expect(page.locator("#statement-title + p")).to_have_text("Times in Asia/Tokyo")
    context.close()


def test_a_menu_closes_by_escape_and_gives_the_focus_back(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "ada@acme.example")
    summary = page.locator(".topbar .menu[data-align=end] > summary")
    summary.click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    expect(summary).to_be_focused()


def test_a_list_in_its_final_state_asks_no_more(stack: Stack, page: Page) -> None:
    sign_in(page, stack, "ada@acme.example")
    page.goto(stack.at("/c/acme/orders/?state=partly"))
    expect(page.locator("#rows")).not_to_have_attribute("hx-trigger", "every 3s")


def test_the_drawer_opens_and_closes_on_a_phone_without_a_script(stack: Stack, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    sign_in(page, stack, "ada@acme.example")
    expect(page.locator(".topbar .sandbox")).to_be_visible()
    expect(page.locator("#rail")).to_be_hidden()
    page.click("button[aria-label=Menu]")
    expect(page.locator("#rail a", has_text="Mailboxes")).to_be_visible()
    page.click("button[aria-label='Close the menu']")
    expect(page.locator("#rail")).to_be_hidden()
    context.close()
