"""A brand gives one colour, whichever it is: text on it and in it stays readable, and focus is seen."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.stack import Stack

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.timeout(600)]
COLOURS = {
    "white": "ffffff", "black": "000000", "yellow": "ffd400", "lime": "9be15d", "grey": "808080", "red": "d7263d",
    "violet": "4c1d95", "sky": "5ab8ff", "brown": "5b3a1e",
}  # fmt: skip
ONLY_CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
# Each pair with the least contrast that WCAG 2.2 asks for: text 4.5, the edges of controls and the focus ring 3.
PAIRS = (
    ("--on-accent", "--accent", 4.5), ("--on-accent", "--accent-hover", 4.5), ("--accent-ink", "--surface", 4.5),
    ("--accent-ink", "--accent-subtle", 4.5), ("--ink-3", "--sunken", 4.5), ("--ring", "--surface", 3.0),
    ("--ring", "--bg", 3.0), ("--line-control", "--surface", 3.0),
)  # fmt: skip
MEASURE = """pairs => {
  const probe = document.body.appendChild(document.createElement("i"));
  const paint = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const light = (name) => {
    probe.style.color = `var(${name})`;
    paint.fillStyle = getComputedStyle(probe).color;
    paint.fillRect(0, 0, 1, 1);
    const part = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = [...paint.getImageData(0, 0, 1, 1).data].map(part);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return pairs.map(([front, back]) => {
    const [low, high] = [light(front), light(back)].sort((one, other) => one - other);
    return (high + 0.05) / (low + 0.05);
  });
}"""


def paint(page: Page, stack: Stack, colour: str) -> None:
    """As if the brand of this host had the colour: its own style sheet is put last."""
    page.evaluate(
        """address => new Promise((done) => {
          const sheet = { rel: "stylesheet", href: address, onload: done };
          const link = Object.assign(document.createElement("link"), sheet);
          document.head.append(link);
        })""",
        stack.at(f"/brand/{colour}.css"),
    )


def measure(page: Page) -> dict[str, float]:
    """What is under its least contrast."""
    found: list[Any] = page.evaluate(MEASURE, [pair[:2] for pair in PAIRS])
    return {
        f"{front} on {back}": ratio for (front, back, least), ratio in zip(PAIRS, found, strict=True) if ratio < least
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_colour_of_a_brand_stays_readable(stack: Stack, browser: Browser, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # a literal
    page = context.new_page()
    for name, colour in COLOURS.items():
        for path in ("/account/login/", "/style-guide/"):
            page.goto(stack.at(path))
            paint(page, stack, colour)
            assert measure(page) == {}, f"{name} on {path}"
            found = Axe().run(page, options=ONLY_CONTRAST)
            assert found.violations_count == 0, f"{name} on {path}\n{found.generate_report()}"
    context.close()


def test_a_colour_that_is_not_derived_would_be_found(stack: Stack, browser: Browser) -> None:
    """The measure bites: a ring as yellow as the brand is not seen on white."""
    page = browser.new_page(color_scheme="light")
    page.goto(stack.at("/account/login/"))
    page.evaluate("document.documentElement.style.setProperty('--ring', '#ffd400')")
    assert "--ring on --surface" in measure(page)
    page.close()
