"""Charts: whatever the numbers, all is within the frame, bars are as long as what they stand for, words stay apart."""

from io import BytesIO
from itertools import combinations, pairwise

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from ledger.formats import Language
from merchants.charts.axes import round_numbers
from merchants.charts.columns import columns
from merchants.charts.curve import curve
from merchants.charts.lettering import breadth, reach, said_round, shortened
from merchants.charts.printing import print_chart
from merchants.charts.ranking import Ranked, ranking
from merchants.charts.shapes import Area, Box, Drawing, Frame, Moments, Series, Speech, Stroke, Words
from merchants.charts.svg import svg
from merchants.paper import Paper

FRENCH = Speech("fr", "Rien sur cette période")
ENGLISH = Speech("en", "Nothing in this period")
SVG = "{http://www.w3.org/2000/svg}"

amounts = st.integers(-(10**13), 10**13) | st.integers(-500, 500)
widths = st.sampled_from([320.0, 340.0, 460.0, 640.0, 960.0])
names = st.text(min_size=0, max_size=60)
speeches = st.sampled_from([FRENCH, ENGLISH, Speech("fr", "Rien", "count")])


def weeks(count: int) -> Moments:
    return Moments(tuple(f"{1 + n % 28} déc." for n in range(count)), tuple(f"Semaine {n}" for n in range(count)))


def bounds(shape: Box | Stroke | Area | Words) -> tuple[float, float, float, float]:
    match shape:
        case Box():
            return shape.x, shape.y, shape.x + shape.width, shape.y + shape.height
        case Stroke():
            return min(shape.x1, shape.x2), min(shape.y1, shape.y2), max(shape.x1, shape.x2), max(shape.y1, shape.y2)
        case Area():
            across, down = zip(*shape.corners, strict=True)
            return min(across), min(down), max(across), max(down)
        case Words():
            start, end = reach(shape)
            return start, shape.y - 0.75 * shape.size, end, shape.y + 0.25 * shape.size


def bars(drawing: Drawing) -> list[Box]:
    return [one for one in drawing.shapes if isinstance(one, Box) and one.said]


def assert_sound(drawing: Drawing) -> None:
    for shape in drawing.shapes:
        left, top, right, bottom = bounds(shape)
        assert left >= -0.01, shape
        assert top >= -0.01, shape
        assert right <= drawing.width + 0.01, shape
        assert bottom <= drawing.height + 0.01, shape
    words = [bounds(one) for one in drawing.shapes if isinstance(one, Words) and one.text.strip()]
    for one, other in combinations(words, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, (one, other)


def assert_in_proportion(lengths: list[float], values: list[int]) -> None:
    most = max(map(abs, values), default=0)
    longest = max(lengths, default=0.0)
    shown = [abs(value) for value in values if value]
    assert len(lengths) == len(shown)
    for length, value in zip(lengths, shown, strict=True):
        assert length / longest == pytest.approx(value / most, abs=1e-9)


@settings(max_examples=30)
@given(st.lists(st.tuples(amounts, amounts), max_size=53), widths, speeches, st.booleans(), names, names)
def test_bars_over_time_are_in_the_frame_in_proportion_and_their_words_apart(
    values: list[tuple[int, int]], width: float, speech: Speech, stacked: bool, first: str, second: str
) -> None:
    series = [Series(first, tuple(v for v, _ in values)), Series(second, tuple(v for _, v in values))]
    drawing = columns(weeks(len(values)), series, Frame(width), speech, stacked=stacked)
    assert_sound(drawing)
    assert_in_proportion([one.height for one in bars(drawing)], [v for pair in values for v in pair])


@given(st.lists(amounts, max_size=53), widths, speeches)
def test_a_line_over_time_is_in_the_frame_and_as_high_as_its_values(
    values: list[int], width: float, speech: Speech
) -> None:
    drawing = curve(weeks(len(values)), Series("En circulation", tuple(values)), Frame(width), speech)
    assert_sound(drawing)
    areas = [one for one in drawing.shapes if isinstance(one, Area)]
    if len(values) > 1 and any(values):
        ((zero_first, *points, zero_last),) = [one.corners for one in areas]
        assert zero_first[1] == zero_last[1]
        assert_in_proportion([abs(y - zero_first[1]) for (_, y), v in zip(points, values, strict=True) if v], values)
        assert all((y < zero_first[1]) == (v > 0) for (_, y), v in zip(points, values, strict=True) if v)


@given(st.lists(st.tuples(names, amounts), max_size=12), widths, speeches)
def test_a_ranking_is_in_the_frame_in_proportion_and_its_words_apart(
    some: list[tuple[str, int]], width: float, speech: Speech
) -> None:
    drawing = ranking([Ranked(*one) for one in some], width, speech)
    assert_sound(drawing)
    assert_in_proportion([one.width for one in bars(drawing)], [value for _, value in some])


@given(st.integers(-(10**14), 0), st.integers(0, 10**14), st.integers(2, 9))
def test_round_numbers_hold_all_values_at_even_steps_and_zero_is_one(low: int, high: int, most: int) -> None:
    ticks = round_numbers(low, high, most=most)
    assert ticks[0] <= low
    assert ticks[-1] >= high
    assert 0 in ticks
    assert 2 <= len(ticks) <= most + 1
    (step,) = {b - a for a, b in pairwise(ticks)}
    assert str(step).rstrip("0") in {"1", "2", "5"}


def test_bars_below_zero_hang_and_stacked_ones_stand_on_each_other() -> None:
    up, down = bars(columns(weeks(2), [Series("Net", (200, -100))], Frame(340), FRENCH))
    assert up.y + up.height == pytest.approx(down.y)
    low, high = bars(
        columns(weeks(1), [Series("Acheté", (300,)), Series("Abondé", (100,))], Frame(340), FRENCH, stacked=True)
    )
    assert high.y + high.height == pytest.approx(low.y)
    assert (low.x, low.width) == (high.x, high.width)


@pytest.mark.parametrize(
    ("cents", "french", "english"),
    [
        (0, "0\u00a0€", "€0"),
        (50, "0,50\u00a0€", "€0.50"),
        (500_00, "500\u00a0€", "€500"),
        (5_000_00, "5\u00a0000\u00a0€", "€5,000"),
        (20_000_00, "20\u00a0k€", "€20k"),
        (-20_000_00, "-20\u00a0k€", "-€20k"),
        (1_500_000_00, "1,5\u00a0M€", "€1.5M"),
        (2_000_000_000_00, "2\u00a0000\u00a0M€", "€2,000M"),
    ],
)
def test_round_sums_are_said_short(cents: int, french: str, english: str) -> None:
    assert said_round(cents, "money", "fr") == french
    assert said_round(cents, "money", "en") == english


def test_all_numbers_of_an_axis_are_said_alike() -> None:
    drawing = columns(weeks(1), [Series("Vendu", (20_000_00,))], Frame(340), FRENCH)
    said = [one.text for one in drawing.shapes if isinstance(one, Words) and one.text.endswith("€")]
    assert said == ["0\u00a0€", "5\u00a0k€", "10\u00a0k€", "15\u00a0k€", "20\u00a0k€"]


@given(st.text(max_size=80), st.floats(20, 200))
def test_what_is_shortened_fits_and_what_fits_stays(text: str, width: float) -> None:
    kept = shortened(text, width)
    assert breadth(kept) <= width
    clean = "".join(c if c.isprintable() else " " for c in text).strip()
    assert kept == clean or kept.endswith("…")


@pytest.mark.parametrize("values", [(), (0,), (0, 0, 0), (1250,), (-1,)])
def test_no_data_says_so_and_one_datum_is_drawn(values: tuple[int, ...]) -> None:
    for drawing in (
        columns(weeks(len(values)), [Series("Dépensé", values)], Frame(340), FRENCH),
        curve(weeks(len(values)), Series("Dépensé", values), Frame(340), FRENCH),
    ):
        assert_sound(drawing)
        said = [one.text for one in drawing.shapes if isinstance(one, Words)]
        assert (FRENCH.nothing in said) is not any(values)


def test_a_year_of_weeks_fits_a_telephone() -> None:
    drawing = columns(weeks(53), [Series("Dépensé", tuple(range(1, 54)))], Frame(340), FRENCH)
    drawn = bars(drawing)
    assert len(drawn) == 53
    assert all(one.width >= 2 for one in drawn)
    assert all(one.x + one.width <= other.x for one, other in pairwise(drawn))
    named = [one for one in drawing.shapes if isinstance(one, Words) and one.text in weeks(53).short]
    assert 3 <= len(named) <= 12


@settings(max_examples=40)
@given(st.lists(st.tuples(names, amounts), min_size=1, max_size=6), names, names)
def test_svg_is_xml_with_a_title_and_a_description_and_without_styles(
    some: list[tuple[str, int]], title: str, told: str
) -> None:
    text = svg(ranking([Ranked(*one) for one in some], 340, FRENCH), name="by-trade", title=title, told=told)
    root = etree.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "by-trade-title by-trade-desc"
    first, second, *others = list(root)
    assert (first.tag, first.get("id")) == (f"{SVG}title", "by-trade-title")
    assert (second.tag, second.get("id")) == (f"{SVG}desc", "by-trade-desc")
    assert (first.text or "") == "".join(c if c.isprintable() else " " for c in title)
    assert not root.xpath("//@style | //@fill | //*[local-name() = 'style' or local-name() = 'script']")
    assert len([one for one in others if one.tag == f"{SVG}rect"]) == len([v for _, v in some if v])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_same_drawing_is_printed_with_the_same_words(language: Language) -> None:
    speech = Speech(language, "Nothing")
    series = [Series("Acheté", (120_000, 300_000, 0)), Series("Dépensé", (50_000, -20_000, 70_000))]
    drawing = columns(weeks(3), series, Frame(640), speech)
    out = BytesIO()
    paper = Paper(out, title="Chart", language=language)
    assert print_chart(paper, drawing, 20, 30, 170) == pytest.approx(30 + 240 * 170 / 640)
    print_chart(paper, curve(weeks(3), series[0], Frame(640), speech), 20, 110, 170)
    paper.save()
    printed = pdfium.PdfDocument(out.getvalue())[0].get_textpage().get_text_range()
    for one in drawing.shapes:
        if isinstance(one, Words):
            assert one.text.replace("\u00a0", " ") in printed.replace("\u00a0", " ")
