"""The page of a run in headless Chromium: no fault, no request, readable in both themes, and on a phone."""

import shutil
from pathlib import Path

import pytest

from gridbench.report.page import write_report

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path, such as Debian's package chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
RESULTS = Path(__file__).parents[2] / "results"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    return write_report(RESULTS / "ieee34_ieee13-v1" / "mappo", folder / "report.html").as_uri()


@pytest.fixture
def visit(browser, address):
    """Open the page; at the end, no error and no request but that of the file may have been seen."""
    seen, contexts = [], []

    def opened(**options):
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda said: seen.append(f"console {said.type}: {said.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("request", lambda asked: seen.append(asked.url) if asked.url not in {address, "data:,"} else None)
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert seen == []


def test_tables_sort_and_fold(visit):
    page = visit()
    scores = page.locator("#scores")
    scores.locator("th button", has_text="lost usd").click()
    column = scores.locator("th").all_inner_texts().index("lost usd")
    lost = scores.locator("tbody tr").evaluate_all(f"rows => rows.map(row => Number(row.cells[{column}].dataset.v))")
    assert lost == sorted(lost)
    folded = page.locator("#money details").first
    assert not folded.locator("table").is_visible()
    folded.locator("summary").click()
    assert folded.locator("table").is_visible()


def test_links_lead_to_days_and_sections(visit):
    page = visit()
    for link in page.locator("nav a, #scores a").all():
        target = link.get_attribute("href")
        assert page.locator(target).count() == 1
    page.locator("#scores a").first.click()
    assert "#day-" in page.url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_leaves_the_window_in_either_theme(visit, scheme, width):
    page = visit(color_scheme=scheme, viewport={"width": width, "height": 800})
    for one in page.locator("details").all():
        one.evaluate("node => node.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")
    assert page.locator("figure.chart svg.plot").count() >= 3 + 3 * 6


HEAT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixel = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const body = getComputedStyle(document.body).backgroundColor;
  return [...document.querySelectorAll("p.scale .h")].map(node => {
    const style = getComputedStyle(node);
    return [pixel([style.color]), pixel([body, style.backgroundColor])];
  });
}"""


def luminance(colour):
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (c / 255 for c in colour[:3])]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_scores_stand_out_from_their_colour(visit, scheme):
    pairs = visit(color_scheme=scheme).evaluate(HEAT)
    assert len(pairs) == 5
    assert len({tuple(ground) for _, ground in pairs}) == 5
    for text, ground in pairs:
        high, low = sorted((luminance(text), luminance(ground)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5
