"""The page in headless Chromium: sorting, filtering, every view, by keyboard and on a phone, in both themes, without a fault."""

import shutil
from pathlib import Path

import pytest

from gridbench.standings.entries import Entry
from gridbench.standings.files import write_leaderboard

playwright = pytest.importorskip("playwright.sync_api", reason="needs the package playwright")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path, such as Debian's package chromium")

ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
CONTRAST = Path(__file__).with_name("contrast.js").read_text()
RESULTS = Path(__file__).parents[2] / "results"
MOST_BYTES = 5_000_000
SCENARIO, ENTRY = "#/scenario/tiny-v1", "#/scenario/tiny-v1/idle"


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield found
        found.close()


@pytest.fixture
def address(hostile, home, monkeypatch):
    """Where the page lies; only `foresight` is above the line."""
    monkeypatch.setattr(Entry, "admissible", property(lambda entry: entry.record.policy.information == "foresight"))
    write_leaderboard(hostile, [home])
    return (hostile / "leaderboard.html").as_uri()


@pytest.fixture
def visit(browser, address):
    """Open the page; at the end, no error, no dialog and no request but that of the file may have been seen."""
    seen, contexts = [], []

    def opened(place="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(5000)
        page.on("console", lambda said: seen.append(f"console {said.type}: {said.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        page.on("dialog", lambda dialog: (seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda asked: seen.append(f"request: {asked.url}") if not _own(asked.url, address) else None)
        page.goto(f"{address}{place}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert seen == []


def _own(url, address):
    return url.split("#")[0] == address or url == "data:,"


def policies(page, body="below"):
    return page.locator(f"#entries tbody.{body} tr:not([hidden]) th").all_inner_texts()


def places(page):
    """Return the address of every view."""
    return [f"#{name}" for name in page.locator(".view:not(#home)").evaluate_all("views => views.map(view => view.id)")]


def heading(page):
    return page.locator(".view:visible h1").inner_text()


def days(page):
    return [place for place in places(page) if place.startswith(f"{ENTRY}/day/")]


def test_a_click_sorts_within_the_line_and_says_so(visit):
    page = visit()
    assert policies(page, "admissible") == ["foresight"]
    button = page.locator("#entries th button", has_text="cost usd")
    column = button.locator("..").evaluate("head => head.cellIndex")
    values = "(rows, i) => rows.map(row => Number(row.cells[i].dataset.v))"
    costs = []
    for order in ("ascending", "descending"):
        button.click()
        assert button.locator("..").get_attribute("aria-sort") == order
        costs.append(page.locator("#entries tbody.below tr").evaluate_all(values, column))
        assert policies(page, "admissible") == ["foresight"]
    assert costs[0] == sorted(costs[0])
    assert costs[1] == costs[0][::-1]
    assert page.locator("#entries th[aria-sort]").count() == 1
    page.locator("#entries th button", has_text="policy").click()
    assert policies(page)[1:] == ["idle", "random"]


def test_filters_leave_what_fits_and_count_it(visit):
    page = visit()
    form, count = page.locator("#filters"), page.locator("#count")
    assert count.inner_text() == "4 of 4 entries"
    form.locator("[name=text]").fill("RAND")
    assert policies(page) == ["random"]
    form.locator("[name=text]").fill("attacker")
    assert len(policies(page)) == 1
    form.locator("[type=reset]").click()
    playwright.expect(count).to_have_text("4 of 4 entries")
    form.locator("[name=information]").select_option("foresight")
    assert policies(page, "admissible") == ["foresight"]
    assert policies(page) == []
    form.locator("[type=reset]").click()
    form.locator("[name=kind]").select_option("learned")
    assert count.inner_text() == "1 of 4 entries"
    form.locator("[type=reset]").click()
    form.locator("[name=scenario]").select_option("tiny-v1")
    assert count.inner_text() == "4 of 4 entries"
    form.locator("[name=admissible]").check()
    assert (policies(page, "admissible"), policies(page)) == (["foresight"], [])


def test_links_lead_to_a_scenario_an_entry_and_its_days_and_back(visit):
    page = visit()
    page.locator("#entries a", has_text="tiny-v1").first.click()
    assert heading(page) == "tiny-v1"
    assert page.title() == "tiny-v1 - gridbench leaderboard"
    assert page.locator(".view:visible figure.chart").count() == 4
    page.locator(".view:visible a", has_text="idle").first.click()
    assert heading(page) == "idle on tiny-v1"
    page.locator(".view:visible a", has_text="worst day").click()
    assert heading(page).startswith("idle on tiny-v1, day ")
    assert {
        "Power by kind of device: idle",
        "Power by kind of device: oracle",
        "Voltage",
        "Cost so far",
        "Price at the grid tie",
    } <= set(page.locator(".view:visible figcaption").all_inner_texts())
    page.locator(".view:visible nav[aria-label=Trail] a", has_text="Leaderboard").click()
    assert page.locator("#home").is_visible()
    page.go_back()
    assert heading(page).startswith("idle on tiny-v1, day ")


def test_every_view_is_shown_alone_with_its_title(visit):
    page = visit()
    found = places(page)
    assert len(found) == 1 + 4 + 4 * 3
    assert len(set(found)) == len(found)
    for place in found:
        page.evaluate("place => { location.hash = place; }", place)
        playwright.expect(page.locator(".view:visible")).to_have_count(1)
        assert f"#{page.locator('.view:visible').get_attribute('id')}" == place
        playwright.expect(page).to_have_title(page.locator(".view:visible").get_attribute("data-title"))
    page.evaluate("location.hash = '#/nowhere'")
    playwright.expect(page.locator("#home")).to_be_visible()


def test_all_views_can_be_read_without_a_script(visit):
    page = visit(SCENARIO, java_script_enabled=False)
    assert page.locator(".view:visible h1").inner_text() == "tiny-v1"
    page.locator(".view:visible nav a", has_text="Leaderboard").click()
    assert page.locator("#home").is_visible()


def test_the_keyboard_is_enough(visit):
    page = visit()
    active = "document.activeElement"

    def tab_to(selector, most=40):
        for _ in range(most):
            page.keyboard.press("Tab")
            if page.evaluate(f"{active}.matches({selector!r})"):
                outline = page.evaluate(f"[getComputedStyle({active}).outlineStyle, getComputedStyle({active}).outlineWidth]")
                assert outline == ["solid", "3px"], selector
                return
        raise AssertionError(f"{selector} was not reached")

    page.keyboard.press("Tab")
    assert page.evaluate(f"{active}.className") == "skip"
    assert page.locator("a.skip").bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate(f"{active}.tagName") == "H1"
    assert page.locator("#home").is_visible()
    tab_to("#filters [name=text]")
    page.keyboard.type("idle")
    assert (policies(page, "admissible"), policies(page)) == ([], ["idle"])
    tab_to("#entries th button")
    page.keyboard.press("Enter")
    assert page.evaluate(f"{active}.parentElement.getAttribute('aria-sort')") == "ascending"
    tab_to("#entries tbody tr:not([hidden]) th a")
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".view:visible h1")).to_have_text("idle on tiny-v1")
    assert page.evaluate(f"{active}.textContent") == "idle on tiny-v1"
    tab_to(".view a[href*='/day/']")
    page.keyboard.press("Enter")
    playwright.expect(page.locator(".view:visible h1")).to_contain_text("day")
    assert page.evaluate(f"{active}.tagName") == "H1"


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_scrolls_tables_and_never_the_page(visit, width):
    page = visit(viewport={"width": width, "height": 740}, is_mobile=True, has_touch=True)
    for place in ("#/", SCENARIO, ENTRY, *days(page)):
        page.evaluate("place => { location.hash = place; }", place)
        playwright.expect(page.locator(".view:visible")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    page.evaluate("location.hash = '#/'")
    playwright.expect(page.locator("#home")).to_be_visible()
    for target in page.locator("#home input:not([type=checkbox]), #home select, #home th button, #home label.tick").all():
        assert target.bounding_box()["height"] >= 24
    page.locator("#entries th button").first.tap()
    assert page.locator("#entries th[aria-sort]").count() == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(visit, theme):
    page = visit(color_scheme=theme)
    grounds = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert grounds == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 26)"}[theme]
    page.locator("#home details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    for place in ("#/", SCENARIO, ENTRY, *days(page)):
        page.evaluate("place => { location.hash = place; }", place)
        playwright.expect(page.locator(".view:visible")).to_have_count(1)
        assert page.evaluate(CONTRAST) == [], place


def test_what_the_hostile_wrote_is_shown_and_does_nothing(visit):
    page = visit("#/scenario/tiny-v1/evil")
    shown = page.locator(".view:visible").inner_text()
    assert '<script>alert("x")</script>' in shown
    assert "<img src=x onerror=alert(1)>" in shown
    assert page.locator(".view:visible a", has_text="javascript").count() == 0
    assert page.locator(".view:visible a", has_text="bundle.zip").get_attribute("href") == "tiny-v1/evil/bundle.zip"
    page.locator(".view:visible a", has_text="best day").click()
    assert "<script>" in heading(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_published_page_has_no_fault_and_stays_small(browser, width):
    path, seen = RESULTS / "leaderboard.html", []
    assert path.stat().st_size < MOST_BYTES
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.on("console", lambda said: seen.append(said.text))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.goto(path.as_uri())
    days = page.locator(".view[id*='/day/']").evaluate_all("views => views.map(view => `#${view.id}`)")
    for place in ("#/", *days[:: max(1, len(days) // 8)]):
        page.evaluate("place => { location.hash = place; }", place)
        playwright.expect(page.locator(".view:visible")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    page.close()
    assert seen == []
