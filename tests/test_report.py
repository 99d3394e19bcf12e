"""The report: nothing of the learner's gets through unescaped, and in a real browser it reads well in every setting."""

from __future__ import annotations

import os
import re
import struct
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import Chromium, find_chromium
from synthetic import Learner, practise_for_months

from harness import catalog
from harness.judge.bank import find_mistake
from harness.practice.kind import PracticeKind
from harness.practice.lessons import lessons
from harness.practice.record import read_record
from harness.screens.html.charts import calendar_chart, forecast_chart, ratio_chart, score_chart, solved_chart
from harness.screens.html.contents import gather
from harness.screens.html.pages import report_page

NOW = datetime(2025, 3, 20, 12, tzinfo=UTC).timestamp()
SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SCHEMES = ("light", "dark")
LEAST_TEXT_CONTRAST, LEAST_MARK_CONTRAST = 4.5, 3.0
HOSTILE = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title = 'owned'\"> ' \" & {{ 7 * 7 }}"


class Page(HTMLParser):
    """The elements of a page: (name, attributes), and its text."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def report_of(learner: Learner, path: Path, workspace: str = "interviews") -> Page:
    record = read_record(learner.history, catalog.all_names())
    made = lessons(record.mistakes, find_mistake)
    report = gather(record, catalog.all_katas(), made, workspace, learner.now)
    path.write_text(report_page(report), encoding="utf-8")
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module", autouse=True)
def utc() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module")
def months(utc: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of four months of practice."""
    folder = tmp_path_factory.mktemp("months")
    path = folder / "report.html"
    report_of(practise_for_months(folder, NOW), path)
    return path


# what is in it


def test_page_names_every_kata_that_was_practised(months: Path) -> None:
    page = Page(months.read_text(encoding="utf-8"))
    sections = {attributes["id"] for attributes in page.all("article")}
    assert {"kata-relu", "kata-tanh", "kata-linear"} <= sections
    assert "kata-conv2d" not in sections, "it came up in an interview only"
    assert "conv2d 60" in page.text
    for heading in ("Progress", "What next", "What falls due", "Mistakes", "Katas", "Bug hunts", "Interviews"):
        assert heading in page.text


def test_every_link_has_its_target_and_every_id_is_unique(months: Path) -> None:
    page = Page(months.read_text(encoding="utf-8"))
    ids = Counter(attributes["id"] for _, attributes in page.elements if "id" in attributes)
    assert set(ids.values()) == {1}
    links = [attributes["href"] for attributes in page.all("a")]
    assert len(links) > 30
    assert all(link.removeprefix("#") in ids for link in links)


def test_a_kata_of_an_interview_alone_has_no_link_and_is_started_again(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.interview(("relu", "conv2d"), 1, 45)
    interview = learner.history.in_interview(1)[1]
    learner.check(catalog.load("conv2d"), interview, 3, mistake="flipped-kernel")
    page = report_of(learner, tmp_path / "report.html")
    assert "The kernel is flipped before it is applied" in page.text
    assert "#kata-conv2d" not in [link["href"] for link in page.all("a")]
    assert "kata start relu --again" in page.text


def test_every_chart_has_a_title_and_axes_and_says_what_it_shows(months: Path) -> None:
    source = months.read_text(encoding="utf-8")
    figures = source.split("<figure>")[1:]
    assert len(figures) > 20
    for figure in figures:
        figure = figure.partition("</figure>")[0]
        page = Page(figure)
        (svg,) = page.all("svg")
        assert svg["role"] == "img"
        assert svg["aria-label"].count(".") >= 2
        assert len(page.all("figcaption")) == 1
        if "Days of practice" not in figure:  # a calendar, whose axes are months and weekdays
            assert 'class="axis-title"' in figure
            assert 'class="axis"' in figure
        assert 'class="tick"' in figure


def test_page_fetches_nothing_and_runs_nothing(months: Path) -> None:
    source = months.read_text(encoding="utf-8")
    page = Page(source)
    names = {name for name, _ in page.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "use"}
    assert not any("src" in attributes or "style" in attributes for _, attributes in page.elements)
    assert not any(name.startswith("on") for _, attributes in page.elements for name in attributes)
    assert "url(" not in source
    assert "@import" not in source
    policies = [m["content"] for m in page.all("meta") if m.get("http-equiv") == "Content-Security-Policy"]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_a_mistake_is_told_with_its_explanation(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("conv2d", 3, wrong=[5, 0], mistake="flipped-kernel")
    learner.sit("relu", 2, wrong=[5, 0], mistake="no-longer-in-the-bank")
    text = report_of(learner, tmp_path / "report.html").text
    assert "The kernel is flipped before it is applied" in text
    assert "Every deep-learning framework computes the cross-correlation" in text
    assert "no-longer-in-the-bank" in text


def test_the_mistake_of_an_unsolved_hunt_stays_secret(months: Path) -> None:
    source = months.read_text(encoding="utf-8")
    assert "secret-mistake" not in source
    assert "missing-upstream" in source


def test_what_the_learner_wrote_is_escaped_everywhere(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 3, wrong=[5], message=HOSTILE, mistake=HOSTILE)
    learner.sit("tanh", 2, kind=PracticeKind.HUNT, planted=[HOSTILE])
    learner.interview(("relu", "linear"), 1, 30, topic=HOSTILE)
    page = report_of(learner, tmp_path / "report.html", workspace=HOSTILE)
    assert not page.all("script")
    assert not page.all("img")
    assert page.text.count(HOSTILE) >= 5


def test_unprintable_characters_are_replaced(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 3, wrong=[5], message="bell \x07 null \x00 escape \x1b[31m bidi \u202e\nnext line")
    page = report_of(learner, tmp_path / "report.html", workspace="lone \udcff surrogate")
    assert "bell � null � escape �[31m bidi �\nnext line" in page.text
    assert "lone � surrogate" in page.text


def test_a_long_message_is_cut(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 3, wrong=[12], message="x" * 100_000)
    assert report_of(learner, tmp_path / "report.html").text.count("x" * 700) == 5


def test_a_first_start_is_enough_for_a_report(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 0, wrong=[])
    page = report_of(learner, tmp_path / "report.html")
    assert "not checked" in page.text
    assert "None of the well-known ones so far." in page.text
    assert len(page.all("article")) == 1
    assert "So far" in page.text
    assert "Days of practice" not in page.text, "a year of empty squares says nothing on the first day"
    assert "Katas solved" not in page.text


def test_what_next_comes_first_with_its_commands(months: Path, tmp_path: Path) -> None:
    text = Page(months.read_text(encoding="utf-8")).text
    assert text.index("What next") < text.index("Katas by topic")
    assert re.search(r"kata start \S+ --again", text)
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 0, wrong=[5])
    assert "kata check relu" in report_of(learner, tmp_path / "report.html").text


def test_mistakes_are_one_line_each_under_their_kind(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    for days_ago in (3, 2):
        learner.sit("conv2d", days_ago, wrong=[5, 0], mistake="batch-only-bias-gradient")
    learner.sit("linear", 1, wrong=[5, 0], mistake="averaged-bias-gradient")
    page = report_of(learner, tmp_path / "report.html")
    one_line = " ".join(page.text.split())
    assert one_line.index("The wrong axis twice") < one_line.index("Dividing by a count, or forgetting to once")
    assert len(page.all("summary")) == 4, "in the list, and in the section of the kata"
    assert not any("open" in details for details in page.all("details"))


def test_a_solved_kata_shows_no_failure_until_it_is_begun_again(tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 3, wrong=[5, 0, 4])
    assert "What the last attempt fails" not in report_of(learner, tmp_path / "report.html").text
    learner.sit("relu", 1, wrong=[4])
    assert "What the last attempt fails" in report_of(learner, tmp_path / "report.html").text


def test_no_label_stands_on_another_in_a_chart_of_ratios(months: Path) -> None:
    """The guide line is explained below the chart: at the top of it its label stood on the title of the axis."""
    source = months.read_text(encoding="utf-8")
    charts = [figure.partition("</figure>")[0] for figure in source.split("<figure>") if "lower is faster" in figure]
    assert charts
    for chart in charts:
        inside, _, below = chart.partition("</svg>")
        assert "the reference" in below
        assert ">the reference<" not in inside


# charts


def test_a_line_breaks_between_sittings() -> None:
    chart = score_chart("relu", [40, 100, 0, 50, 100], [1, 1, 2, 2, 2])
    assert [len(line) for line in chart.lines] == [2, 3]
    assert [mark.kind for mark in chart.marks] == ["", "full", "", "", "full"]
    heights = [mark.y for mark in chart.marks]
    assert heights[2] == chart.bottom
    assert heights[1] == chart.top


@pytest.mark.parametrize("ratios", [[1.0, 1.0], [0.001, 3.0], [0.4, 0.5], [1.02, 7.3], [55.0, 9000.0], [1e-6, 1e6]])
def test_every_ratio_stands_inside_the_axes(ratios: list[float]) -> None:
    chart = ratio_chart("relu", 9, [(3, ratios[0]), (9, ratios[1])])
    assert 2 <= len(chart.y_ticks) <= 10
    assert all(chart.top - 0.01 <= mark.y <= chart.bottom + 0.01 for mark in chart.marks)
    assert all(chart.left <= mark.x <= chart.right for mark in chart.marks)
    assert chart.guide is not None
    assert "1" in [tick.label for tick in chart.y_ticks if abs(tick.at - chart.guide.at) < 0.01]


def test_forecast_counts_what_is_overdue_as_today() -> None:
    today = datetime(2025, 3, 20).date()
    due = [today.replace(day=1), today, today.replace(day=22), today.replace(month=12)]
    chart = forecast_chart(due, today, 28)
    assert [mark.text for mark in chart.marks] == ["today: 2", "22 Mar: 1"]
    assert chart.summary == "2 due today, 3 in the next 28 days, 1 later."


def test_calendar_ends_today_and_grades_the_days() -> None:
    today = datetime(2025, 3, 20).date()  # a Thursday
    chart = calendar_chart([today] * 20 + [today.replace(day=19)], today)
    assert (chart.marks[-1].text, chart.marks[-1].kind) == ("20 Mar: 20", "level4")
    assert (chart.marks[-2].text, chart.marks[-2].kind) == ("19 Mar: 1", "level1")
    assert chart.marks[-3].kind == "level0"
    assert len(chart.marks) == 24 * 7 + 4
    assert [tick.label for tick in chart.x_ticks][-2:] == ["Feb", "Mar"]


def test_solved_katas_add_up_to_the_height_of_all() -> None:
    first, today = datetime(2025, 3, 1).date(), datetime(2025, 3, 20).date()
    chart = solved_chart([first, first, today], 3, first, today)
    ((*_, last),) = chart.lines
    assert last == (chart.right, chart.top)
    assert chart.lines[0][0] == (chart.left, chart.bottom)


# in the browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    program = find_chromium()
    if program is None:
        if os.environ.get("KATA_REQUIRE_BROWSER") == "1":
            pytest.fail("KATA_REQUIRE_BROWSER is set, and chromium is not installed")
        pytest.skip("chromium is not installed")
    with Chromium(program, tmp_path_factory.mktemp("profile")) as chromium:
        yield chromium


CONTRASTS = """
(() => {
  const canvas = Object.assign(document.createElement('canvas'), {width: 1, height: 1});
  const context = canvas.getContext('2d', {willReadFrequently: true});
  const rgba = colour => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = colour;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const behind = element => {
    for (; element; element = element.parentElement) {
      const colour = rgba(getComputedStyle(element).backgroundColor);
      if (colour[3] === 255) return colour;
      if (colour[3] !== 0) throw new Error('a translucent background');
    }
    throw new Error('no background');
  };
  const texts = [], marks = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; node = walker.nextNode();) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.getClientRects().length || element.tagName === 'title') continue;
    const style = getComputedStyle(element);
    const colour = rgba(element.closest('svg') ? style.fill : style.color);
    if (colour[3] !== 255 || style.opacity !== '1') throw new Error('translucent text: ' + node.data);
    texts.push([ratio(colour, behind(element)), node.data.trim().slice(0, 40)]);
  }
  for (const element of document.querySelectorAll('.line, .dot, .guide, .axis, .box:not([class*=level])')) {
    const style = getComputedStyle(element);
    const colour = rgba(style.stroke === 'none' ? style.fill : style.stroke);
    marks.push([ratio(colour, behind(element.closest('figure'))), element.getAttribute('class')]);
  }
  return {texts, marks};
})()
"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES)
def test_page_reads_well_in_every_setting(browser: Chromium, months: Path, tmp_path: Path, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    browser.show(months, width, height, scheme)
    contrasts = browser.evaluate(CONTRASTS)
    assert len(contrasts["texts"]) > 300
    assert len(contrasts["marks"]) > 300
    assert [text for text in contrasts["texts"] if text[0] < LEAST_TEXT_CONTRAST] == []
    assert [mark for mark in contrasts["marks"] if mark[0] < LEAST_MARK_CONTRAST] == []
    assert browser.evaluate("document.documentElement.scrollWidth") == width, "nothing sticks out at the side"
    assert (
        browser.evaluate(
            "Math.min(...[...document.querySelectorAll('svg text')].filter(t => t.getClientRects().length)"
            ".map(t => 12 * t.getScreenCTM().a))"
        )
        > 11
    ), "the smallest text in a chart, in pixels"
    browser.screenshot(tmp_path / "page.png")
    header = (tmp_path / "page.png").read_bytes()[:24]
    assert struct.unpack(">II", header[16:24])[0] == width
    requests = [
        parameters["request"]["url"] for method, parameters in browser.events if method == "Network.requestWillBeSent"
    ]
    assert requests == [months.as_uri()]
    loud = [
        event
        for event in browser.events
        if event[0] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    ]
    assert loud == []


def test_colour_schemes_differ(browser: Chromium, months: Path) -> None:
    pages = []
    for scheme in SCHEMES:
        browser.show(months, *SIZES["desktop"], scheme)
        pages.append(browser.evaluate("getComputedStyle(document.body).backgroundColor"))
    light, dark = (sum(int(part) for part in page.strip("rgb()").split(",")) for page in pages)
    assert light > 600
    assert dark < 150


def test_every_link_is_reached_by_the_keyboard_and_shows_it(browser: Chromium, months: Path) -> None:
    browser.show(months, *SIZES["desktop"], "light")
    links = browser.evaluate("[...document.querySelectorAll('a, summary')].map(link => link.textContent)")
    reached = []
    for _ in links:
        browser.press("Tab")
        text, style, width, inside = browser.evaluate(
            "(() => { const e = document.activeElement, s = getComputedStyle(e), b = e.getBoundingClientRect();"
            " const inside = b.left >= 0 && b.top >= 0 && b.bottom <= innerHeight + 1;"  # it scrolls by whole pixels
            " return [e.textContent, s.outlineStyle, parseFloat(s.outlineWidth), inside] })()"
        )
        reached.append(text)
        assert style == "solid"
        assert width >= 2
        assert inside, f"{text} has the focus but is not on the screen"
    assert reached == links


def test_enter_on_a_link_goes_to_its_section(browser: Chromium, months: Path) -> None:
    browser.show(months, *SIZES["phone"], "light")
    browser.evaluate("document.querySelector('a[href=\"#mistakes\"]').focus()")
    browser.press("Enter")
    assert browser.evaluate("location.hash") == "#mistakes"
    assert abs(browser.evaluate("document.getElementById('mistakes').getBoundingClientRect().top")) < 100


def test_print_is_dark_on_white_and_complete(browser: Chromium, months: Path) -> None:
    browser.show(months, 794, 1123, "dark", media="print")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert browser.evaluate("document.documentElement.scrollWidth") == 794
    assert browser.evaluate("document.querySelector('nav').getClientRects().length") == 0
    assert browser.evaluate("[...document.querySelectorAll('article, figure')].every(e => e.getClientRects().length)")
    assert [text for text in browser.evaluate(CONTRASTS)["texts"] if text[0] < LEAST_TEXT_CONTRAST] == []
    assert browser.pdf().startswith(b"%PDF-")


def test_hostile_text_does_nothing_in_the_browser(browser: Chromium, tmp_path: Path) -> None:
    learner = Learner(tmp_path, NOW)
    learner.sit("relu", 3, wrong=[5], message=HOSTILE)
    report_of(learner, tmp_path / "report.html", workspace=HOSTILE)
    browser.show(tmp_path / "report.html", *SIZES["phone"], "light")
    assert browser.evaluate("document.title") == "Practice report, 20 Mar 2025"
    assert browser.evaluate("document.scripts.length + document.images.length") == 0
    assert HOSTILE in browser.evaluate("document.body.innerText")
