"""The page: self-contained, navigable without a mouse, readable in both themes."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from tests.answer import cases
from tests.answer.test_hostile_letters import tags_of

import ranvier.answer
from ranvier.answer import html_page, markdown_text, terminal_text

REPLY = cases.reply_to(cases.PAGE, cases.seed_like())
PAGE = html_page(REPLY)
STYLE = (Path(ranvier.answer.__file__).parent / "page.css").read_text(encoding="utf-8")
LEAST_CONTRAST = 4.5  # WCAG 2.2, AA, text of normal size


def test_the_page_asks_for_nothing_from_outside() -> None:
    tags = tags_of(PAGE)
    assert not set(tags.tags) & {"script", "link", "img", "iframe", "object", "form"}
    assert not [name for name, _ in tags.attributes if name in ("src", "srcset", "style")]
    assert not re.search(r"@import|url\(", PAGE)
    assert "default-src 'none'" in PAGE


def test_the_page_has_a_language_landmarks_one_title_and_a_skip_link() -> None:
    assert '<html lang="en">' in PAGE
    for landmark in ("<header>", "<main>", "<nav aria-label", "<footer>", "<article", "<aside"):
        assert PAGE.count(landmark) == 1, landmark
    assert PAGE.count("<h1>") == 1
    assert '<a class="skip" href="#answer">' in PAGE
    levels = [int(level) for level in re.findall(r"<h([1-6])", PAGE)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_every_link_inside_the_page_has_its_target_and_ids_are_unique() -> None:
    attributes = tags_of(PAGE).attributes
    ids = [value for name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for name, value in attributes if name == "href" and value and value.startswith("#")}
    assert targets <= set(ids)
    labelled = {value for name, value in attributes if name == "aria-labelledby"}
    assert labelled <= set(ids)


def test_every_sentence_leads_to_what_it_rests_on_without_a_script() -> None:
    notes = re.findall(r'<span class="note" role="note">(.*?)</span></span>', PAGE)
    assert len(notes) == len(list(REPLY.draft.sentences()))
    assert all(re.sub(r"<[^>]*>", "", note).strip() for note in notes)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def theme(place: int) -> dict[str, str]:
    block = re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)[place]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6});", block))
    return {k: v if len(v) == 7 else "#" + "".join(c * 2 for c in v[1:]) for k, v in found.items()}


@pytest.mark.parametrize("place", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "muted", "link", "urgent", "yes", "no", "unknown"])
@pytest.mark.parametrize("behind", ["paper", "card"])
def test_text_stands_out_from_what_is_behind_it(place: int, text: str, behind: str) -> None:
    colours = theme(place)
    assert contrast(colours[text], colours[behind]) >= LEAST_CONTRAST


def test_urgent_advice_is_the_first_thing_in_main_and_in_the_terminal() -> None:
    reply = cases.reply_to(cases.URGENT, cases.urgent())
    page = html_page(reply)
    assert re.search(r'<main>\s*<section class="urgent" role="alert"', page)
    assert terminal_text(reply).lstrip("┃ ").startswith("PLEASE ACT ON THIS FIRST")
    assert markdown_text(reply).index("Please act on this first") < markdown_text(reply).index("Your letter")


def test_colour_is_used_only_when_asked_for_and_lines_keep_to_the_width() -> None:
    assert "\x1b[" not in terminal_text(REPLY, width=80)
    assert "\x1b[1m" in terminal_text(REPLY, width=80, colour=True)
    assert max(len(line) for line in terminal_text(REPLY, width=60).splitlines()) <= 62


def test_markdown_has_a_footnote_for_every_number() -> None:
    text = markdown_text(REPLY)
    used = set(re.findall(r"\[\^(\d+)\](?!:)", text))
    assert used == set(re.findall(r"^\[\^(\d+)\]:", text, re.MULTILINE))
