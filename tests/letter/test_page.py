"""Where a reader's letter lies, on pages of many shapes; every text here is invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ranvier.letter import page
from ranvier.terms import LetterError

LETTER = (
    "I am a retired postman and my left thumb has grown weak over two winters. I cannot turn my key.\n"
    "My doctor found blocks in two motor nerves. Is this multifocal motor neuropathy?"
)
ANSWER = (
    "Multifocal motor neuropathy is rare. Weakness comes slowly. Ask your neurologist about immunoglobulin."
)

# name, what stands before the letter, the letter as it should be found, what stands after
SHAPES = [
    ("bare letter", "", f"{LETTER}", ""),
    ("letter with greeting and signature", "", f"Dear Doctor,\n\n{LETTER}\n\nYours sincerely,\nP. Example\n4 Mill Row, Ayton", ""),
    ("q and a labels", "Ask the expert\n\nQ: ", LETTER, f"\n\nA: {ANSWER}"),
    ("question and answer words", "Nerve notes\n\nQuestion: ", LETTER, f"\n\nAnswer: {ANSWER}\n\nShare this | Print"),
    ("dear doctor and dear reader", "Your letters\n\n", f"Dear Doctor: {LETTER} - Puzzled in Perth", f"\n\nDear Reader: {ANSWER}"),
    (
        "column with boilerplate",
        "“Nerve Corner”: a weak thumb\n\nIn this column specialists answer readers. Please send your questions to Nerve Corner, 1 High Street.\n\n",
        f"DEAR DOCTOR: {LETTER} – Anonymous",
        f"\n\nDR. ANN SPECIMEN ANSWERS: {ANSWER}\n\nDr. Specimen\n\nHome / Contact Us / Site Map / Disclaimer\n© 2019 Nerve Corner",
    ),
    ("headings", "# Weak thumb\n\n## The question\n", LETTER, f"\n\n## The answer\n{ANSWER}\n\n## Related articles\nFoot drop"),
    (
        "stripped html with navigation",
        "Home\nAbout us\nNews\nDonate\nSearch\nWeak thumb and conduction block\n",
        f"Dear Doctor,\n{LETTER}\nThank you,\nMaud",
        f"\nOur expert replies:\n{ANSWER}\nFacebook\nTwitter\nPrivacy policy\n© 2020 All rights reserved",
    ),
    (
        "two answers",
        "Two views\n\n",
        f"Dear Doctors, {LETTER}\nOlder and wiser, Leith",
        f"\n\nDr. Alba answers: {ANSWER}\n\nDr. Brand answers: I agree.",
    ),
    (
        "no greeting, named doctor answers",
        "Weak thumb\n\n",
        LETTER,
        f"\n\nProfessor R. Sample replies: {ANSWER}",
    ),
    (
        "e-mail with headers",
        "From: someone@example.org\nTo: column@example.org\nSubject: my thumb\nDate: Mon, 3 Mar 2025 10:00:00 +0000\n\n",
        f"Dear Dr Specimen,\n{LETTER}\nKind regards\nMaud",
        "",
    ),
    (
        "e-mail reply that quotes the letter",
        "From: clinic@example.org\nTo: someone@example.org\nSubject: Re: my thumb\n\nThank you for your letter. You should ask your neurologist about this, and your family doctor.\n\nOn Mon, 3 Mar 2025 someone wrote:\n",
        "> Dear Doctor,\n> I am a retired postman and my left thumb has grown weak.\n> I cannot turn my key. Is this MMN?\n> Maud",
        "",
    ),
    (
        "e-mail that quotes an older reply",
        "From: someone@example.org\nTo: clinic@example.org\nSubject: Re: my thumb\n\n",
        f"{LETTER}\nMaud",
        "\n\nOn Mon, 3 Mar 2025 the clinic wrote:\n> Thank you for your letter. You should ask your neurologist.\n> Your thumb needs tests.",
    ),
    (
        "forum post",
        "Forum\nPosted by oldpostie on 3 March 2024\n",
        f"Hi all,\n{LETTER}",
        "\n3 replies\nPosted by nervenurse on 4 March 2024\nYou should see a neurologist.",
    ),
    ("letter that quotes a doctor", "", f'Dear Doctor,\n{LETTER}\nMy neurologist said: "wait and see". He answers every question like that.\nMaud', ""),
    ("clinician's note", "", "S: weak L thumb 2 yrs.\nO: APB 3/5, reflexes normal.\nA: ?MMN vs ALS.\nP: NCS, GM1. Response to be judged at 3 months.", ""),
    ("referral with letterhead", "", f"Ward 5\n12 May 2024\n\nDear Dr Specimen,\n\nRe: Mr A. Sample\n\n{LETTER}\n\nDr B. Test\ncc: patient", ""),
    ("thanks as the answer's mark", "Ask us\n\n", f"Dear Doctor,\n{LETTER}\nMaud", f"\n\nThank you for your question. {ANSWER}"),
    ("a footer only", "", f"Dear Doctor,\n{LETTER}\nMaud", "\n\nHome | Contact us | Privacy policy\n© 2018 Nerve Corner"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "letter", "after"), [shape[1:] for shape in SHAPES], ids=[shape[0] for shape in SHAPES]
)
def test_the_letter_is_found_in_a_page_of_this_shape(before: str, letter: str, after: str) -> None:
    text = before + letter + after
    assert page.find_letter(text).of(text) == letter


@pytest.mark.parametrize(
    "name", ["q and a labels", "dear doctor and dear reader", "column with boilerplate", "headings", "two answers", "no greeting, named doctor answers"]
)  # fmt: skip
def test_an_answer_in_the_page_is_found_without_the_foot(name: str) -> None:
    before, letter, after = next(shape[1:] for shape in SHAPES if shape[0] == name)
    text = before + letter + after
    span = page.answer_span(text)
    assert span is not None
    assert ANSWER in span.of(text)
    assert LETTER not in span.of(text)
    assert "©" not in span.of(text)


@pytest.mark.parametrize(
    "name", ["bare letter", "clinician's note", "letter that quotes a doctor", "referral with letterhead"]
)
def test_a_letter_alone_holds_no_answer(name: str) -> None:
    before, letter, after = next(shape[1:] for shape in SHAPES if shape[0] == name)
    assert page.answer_span(before + letter + after) is None


def test_nothing_but_white_space_is_refused() -> None:
    with pytest.raises(LetterError):
        page.find_letter(" \n\t ")


PIECES = st.sampled_from(
    ["Dear Doctor,", "Q:", "A:", "\n", "\n\n", "Dr. X answers:", "Home", "©", "> ", "From: a@b.c", "To: d@e.f", "I am weak.", "Dear Reader:",
     "On Monday, someone wrote:", "Posted by", "3 replies", "- Anonymous", "   ", "Answer", "Question\n", "\u2028", "\x0c", "İ"]
)  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(
    st.one_of(
        st.text(max_size=400),
        st.lists(PIECES, max_size=30).map(" ".join),
        st.lists(PIECES, max_size=30).map("\n".join),
    )
)
def test_the_span_is_inside_the_text_and_never_blank(text: str) -> None:
    if not text.strip():
        return
    span = page.find_letter(text)
    assert 0 <= span.start < span.end <= len(text)
    assert span.of(text).strip() == span.of(text) != ""
    answered = page.answer_span(text)
    assert answered is None or (answered.end <= len(text) and answered.of(text).strip())
