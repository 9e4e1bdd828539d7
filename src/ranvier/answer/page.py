"""A reply as one self-contained HTML page: no script, no outside resource, every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from ranvier.criteria import explain
from ranvier.criteria.edition import Clause
from ranvier.terms import Mark, Span, Verdict

from .draft import Citation, Section, Sentence
from .reading_level import reading_grade
from .reply import Reply, advice, marked
from .shown_letter import Reading, one_line, readings, runs
from .support import Kind, Support
from .weighing_shown import weighed_section

STYLE = Path(__file__).parent / "page.css"
SIGNS = {Verdict.MET: ("met", "✓"), Verdict.NOT_MET: ("not met", "✗"), Verdict.UNKNOWN: ("unknown", "?")}
EXCLUSION_SIGNS = {
    Verdict.MET: ("there: speaks against", "✗"),
    Verdict.NOT_MET: ("not there", "✓"),
    Verdict.UNKNOWN: ("unknown", "?"),
}
KINDS = {
    "required": "Must be so",
    "exclusion": "Must not be there",
    "conduction": "Nerve tests",
    "laboratory": "Other tests and treatment",
    "supportive": "Fits, but not needed",
    "path": "How these add up",
}
FROM_CASE = {
    Kind.FINDING: "your letter", Kind.TREATMENT: "your letter", Kind.LAB: "your letter", Kind.CONDITION: "your letter",
    Kind.PATIENT: "your letter", Kind.QUESTION: "your question", Kind.RED_FLAG: "your letter", Kind.LETTER: "your letter",
    Kind.OLDER_PAGE: "the older page", Kind.CRITERION: "the guideline", Kind.WEIGHED: "the comparison with other illnesses",
    Kind.DIARY: "the treatment diary",
}  # fmt: skip


def html_page(reply: Reply) -> str:
    """The whole page, as text."""
    read = readings(reply.case)
    urgent = [s for s in reply.draft.sections if s.urgent]
    rest = [s for s in reply.draft.sections if not s.urgent]
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>Draft of an answer · Ranvier</title>
<style>
{STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<header>
<p class="brand">Ranvier</p>
<h1>Draft of an answer</h1>
<p class="status"><strong>Not signed</strong> {escape(reply.draft.status)}</p>
<nav aria-label="On this page"><ul>
<li><a href="#answer">Answer</a></li><li><a href="#letter">Letter and findings</a></li>\
<li><a href="#guideline">Guideline</a></li>\
{"" if reply.weighed is None else '<li><a href="#weighed">Other illnesses</a></li>'}<li><a href="#sources">Sources</a></li>
</ul></nav>
</header>
<main>
{"".join(_urgent(section, reply) for section in urgent)}
<div class="with-margin">
<article id="answer" aria-labelledby="answer-title">
<h2 id="answer-title" class="visually-hidden">The answer</h2>
{"".join(_section(section, reply, read) for section in rest)}
</article>
{_glance(reply)}
</div>
{_letter(reply, read)}
{_measured(reply)}
{_guideline(reply)}
{"" if reply.weighed is None else weighed_section(reply.weighed)}
{_sources(reply)}
</main>
<footer>
<p>{escape(reply.draft.status)}</p>
<p>General information; it does not replace your own doctor. This software never diagnoses.</p>
<p>{escape(" · ".join(f"{name} {value}" for name, value in reply.versions.items()))}</p>
</footer>
</body>
</html>
"""


def _urgent(section: Section, reply: Reply) -> str:
    told = {
        sentence: _sentence(sentence, n, reply, {}, linked) for sentence, n, linked in _links(section, reply)
    }
    rows = "".join(f"<p>{' '.join(told[s] for s in group)}</p>" for group in advice(section))
    return (
        f'<section class="urgent" role="alert" aria-labelledby="{section.id}"><h2 id="{section.id}">'
        f"{escape(section.title)}</h2>{rows}</section>"
    )


def _section(section: Section, reply: Reply, read: tuple[Reading, ...]) -> str:
    where = {span: r.number for r in read for span in r.spans}
    identity = escape(section.id.replace(".", "-"), quote=True)
    rows = [_sentence(s, n, reply, where, linked) for s, n, linked in _links(section, reply)]
    body = (
        f"<ol>{''.join(f'<li>{row}</li>' for row in rows)}</ol>"
        if section.listed
        else f"<p>{' '.join(rows)}</p>"
    )
    heading = f'<h3 id="{identity}">{escape(section.title)}</h3>'
    return f'<section class="part" aria-labelledby="{identity}">{heading}{body}</section>\n'


def _links(section: Section, reply: Reply) -> Iterator[tuple[Sentence, tuple[int, ...], bool]]:
    """Each sentence with its source numbers, and whether it links to the letter: the last of a run of such sentences."""
    rows = list(marked(section, reply.draft))
    for index, (sentence, shown) in enumerate(rows):
        last = index + 1 == len(rows) or bool(reply.draft.cited(rows[index + 1][0]))
        yield sentence, shown, last


def _sentence(
    sentence: Sentence, shown: tuple[int, ...], reply: Reply, where: dict[Span, int], linked: bool
) -> str:
    """A sentence, the numbers of its sources as links, and a note of all it rests on (shown on hover or focus)."""
    links = "".join(f'<a href="#source-{n}" aria-label="Source {n}">{n}</a>' for n in shown)
    if linked and not reply.draft.cited(sentence):
        links = _case_link(sentence.rests_on, where)
    notes = "".join(f"<span>{escape(line)}</span>" for line in _notes(sentence, reply))
    note = f'<span class="note" role="note">{notes}</span>'
    if not links:
        return f'<span class="sentence">{escape(sentence.text)}{note}</span>'
    rest, _, last = sentence.text.rpartition(" ")
    kept = f'<span class="keep">{escape(last)}<sup>{links}</sup></span>'  # a number never starts a line
    return f'<span class="sentence">{escape(rest)} {kept}{note}</span>'


def _case_link(support: Support, where: dict[Span, int]) -> str:
    if support.kind is Kind.CRITERION:
        return '<a class="from" href="#guideline" aria-label="From the guideline">guideline</a>'
    if support.kind is Kind.DIARY:
        return '<span class="from">diary</span>'
    if support.kind is Kind.WEIGHED:
        return '<a class="from" href="#weighed" aria-label="From the comparison">comparison</a>'
    if support.kind is Kind.OLDER_PAGE:
        return ""
    if _is_measured(support):
        return '<a class="from" href="#study" aria-label="From the nerve conduction study">study</a>'
    number = next((where[span] for span in support.spans if span in where), None)
    target = "letter" if number is None else f"read-{number}"
    return f'<a class="from" href="#{target}" aria-label="From your letter">letter</a>'


def _notes(sentence: Sentence, reply: Reply) -> Iterable[str]:
    by_number = {citation.number: citation for citation in reply.draft.citations}
    for support in sentence.support:
        if support.kind in (Kind.STATEMENT, Kind.MODEL):
            numbers = reply.draft.numbers[support.id]
            yield "; ".join(f"{n}. {_short(by_number[n])}" for n in numbers)
    from_case = dict.fromkeys(_whence(s) for s in sentence.support if s.kind in FROM_CASE)
    if from_case:
        yield "From " + " and ".join(from_case)


def _whence(support: Support) -> str:
    return "the nerve conduction study" if _is_measured(support) else FROM_CASE[support.kind]


def _is_measured(support: Support) -> bool:
    return not support.spans and (support.because or "").startswith("nerve conduction study")


def _short(citation: Citation) -> str:
    mark = "" if citation.caution is None else f" ({citation.caution})"
    text = citation.text if len(citation.text) <= 110 else citation.text[:109].rsplit(" ", 1)[0] + " …"
    return text + mark


def _measured(reply: Reply) -> str:
    """What the nerve conduction study decides, and where the letter says otherwise; empty without a study."""
    study = reply.judged.facts.study
    if study is None:
        return ""
    rows = [f"{explain.label(f.id)}: {f.presence.value} ({f.because})" for f in study.findings]
    rows = rows or ["It decides none of the findings that the criteria read."]
    if study.left_out:
        rows.append(f"Not judged, for a fault in its rows: {', '.join(study.left_out)}")
    listed = "".join(f"<li>{escape(one_line(row))}</li>" for row in rows)
    differ = "".join(
        f"<li>{escape(one_line(explain.disagreement(d)))}</li>" for d in reply.judged.disagreements
    )
    told = f"<h3>Letter and study disagree; the study is used</h3><ul>{differ}</ul>" if differ else ""
    return (
        '<section id="study" aria-labelledby="study-title"><h2 id="study-title">Nerve conduction study</h2>'
        f"<ul>{listed}</ul>{told}</section>"
    )


def _glance(reply: Reply) -> str:
    """What a reviewer wants to see first, in the margin of the answer."""
    rows = [("Verdict", explain.category_words(reply.judgement.category))]
    others = [
        explain.category_words(c) for c in reply.judgement.could_become if c != reply.judgement.category
    ]
    if others:
        rows.append(("Could become", ", ".join(others)))
    for question in reply.plan.questions:
        about = question.reason if question.reason is not None else question.topic
        handled = f"{about}: {question.handling}" if about != question.handling else about
        rows.append(("Question", one_line(handled).replace("_", " ")))
    if not reply.plan.questions:
        rows.append(("Question", "none found"))
    if reply.judged.disagreements:
        rows.append(("Study", f"disagrees with the letter in {len(reply.judged.disagreements)}; see below"))
    rows.append(
        (
            "Red flags",
            ", ".join(one_line(f.id).replace("_", " ") for f in reply.case.red_flags) or "none found",
        )
    )
    if reply.outlook is not None:
        found = reply.outlook.wear_off
        dates = f"worn off {found.date} ({found.low} to {found.high})" if found.date else "no wear-off date"
        grave = [flag.id.replace("_", " ") for flag in reply.outlook.flags if flag.severity.value != "info"]
        rows.append(("Diary", "; ".join([dates, *grave])))
    rows.append(("Length", _measure(reply)))
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in rows)
    return (
        f'<aside class="glance" aria-labelledby="glance-title"><h2 id="glance-title">For the reviewer</h2><dl>{told}</dl>'
        '<p class="hint">Point at a sentence, or move to its number with the Tab key: what it rests on shows here.</p></aside>'
    )


def _measure(reply: Reply) -> str:
    grade = reading_grade(reply.draft.prose)
    words = f"{reply.draft.word_count} words"
    return words if grade is None else f"{words}, reading grade {max(grade, 0):.1f} (Flesch-Kincaid)"


def _letter(reply: Reply, read: tuple[Reading, ...]) -> str:
    first: set[int] = set()
    pieces = []
    by_number = {r.number: r for r in read}
    shown = runs(reply.text, reply.case, read)
    for run, following in zip(shown, (*shown[1:], None), strict=True):
        if run.hidden is not None:
            pieces.append(f'<span class="hidden-detail">{escape(run.hidden.replace("_", " "))} hidden</span>')
            continue
        text = escape(run.text)
        if run.numbers:
            r = by_number[run.numbers[-1]]
            anchors = "".join(f'<a id="read-{n}"></a>' for n in run.numbers if n not in first)
            first |= set(run.numbers)
            marks = "".join(
                f'<sup><a href="#found-{n}" aria-label="Finding {n}">{n}</a></sup>'
                for n in run.numbers
                if following is None or n not in following.numbers
            )
            text = f'{anchors}<mark class="g-{r.group}{" absent" if r.absent else ""}">{text}</mark>{marks}'
        pieces.append(text)
    paragraphs = "".join(pieces).strip().replace("\n\n", "</p><p>").replace("\n", "<br>")
    items = (
        "".join(
            f'<li id="found-{r.number}" value="{r.number}"><a class="g-{r.group}{" absent" if r.absent else ""}" '
            f'href="#read-{r.number}">{escape(r.label)}</a> <span class="detail">{escape(r.detail)}</span></li>'
            for r in read
        )
        or "<li>Nothing that this software knows was found in it.</li>"
    )
    hidden = len(reply.case.identifying)
    note = (
        ""
        if not hidden
        else f"<p class='detail'>{hidden} identifying detail{'s' if hidden > 1 else ''} hidden.</p>"
    )
    return f"""<section id="letter" aria-labelledby="letter-title">
<h2 id="letter-title">The letter, and what was read in it</h2>
<p class="lead">A reading by software: a person confirms or corrects it. A dashed line means “said not to be there”.</p>
<div class="beside"><blockquote class="letter" aria-label="The letter"><p>{paragraphs}</p></blockquote>
<div class="found"><ol aria-label="What was read">{items}</ol>{note}</div></div>
</section>"""


def _guideline(reply: Reply) -> str:
    judgement = reply.judgement
    lines = [line.strip() for line in explain.summary(judgement).splitlines() if "--explain" not in line]
    if judgement.recalled:
        lines.append("some of its text was only recalled, not read in the source (marked below)")
    groups = []
    for kind, title in KINDS.items():
        results = [r for r in judgement.clauses if r.clause.kind == kind]
        if not results:
            continue
        rows = "".join(_clause(r.clause, r.verdict, r.because) for r in results)
        groups.append(
            f"<details {'open' if kind != 'path' else ''}><summary>{escape(title)}</summary><ul>{rows}</ul></details>"
        )
    return f"""<section id="guideline" aria-labelledby="guideline-title">
<h2 id="guideline-title">Against the MMN guideline</h2>
<p class="lead">Published criteria applied to what was stated. This is no diagnosis.</p>
<p class="verdict"><strong>{escape(lines[0])}</strong></p>
{"".join(f"<p>{escape(line[0].upper() + line[1:])}.</p>" for line in lines[1:])}
<div class="clauses">{"".join(groups)}</div>
<p class="detail">{escape(str(judgement.edition.source))}</p>
</section>"""


def _clause(clause: Clause, verdict: Verdict, because: tuple[str, ...]) -> str:
    words, sign = (EXCLUSION_SIGNS if clause.kind == "exclusion" else SIGNS)[verdict]
    mark = (
        ""
        if clause.source.mark is Mark.SEEN
        else f" ({clause.source.mark.value}, not verified in the source)"
    )
    reasons = "".join(f"<li>{escape(reason)}</li>" for reason in because)
    tone = {"✓": "yes", "✗": "no", "?": "unknown"}[sign]
    return (
        f'<li><span class="sign {tone}"><span aria-hidden="true">{sign}</span> {words}</span> {escape(clause.wording)}'
        f'<span class="detail"> {escape(clause.source.locator or "")}{mark}</span>'
        + (f'<ul class="because">{reasons}</ul>' if reasons else "")
        + "</li>"
    )


def _sources(reply: Reply) -> str:
    rows = []
    for citation in reply.draft.citations:
        mark = "" if citation.caution is None else f" <em>{citation.caution}</em>"
        address = citation.address
        link = "" if address is None or not address.startswith("https://") else (
            f' <a href="{escape(address, quote=True)}" rel="noreferrer">{escape(address.removeprefix("https://"))}</a>'
        )  # fmt: skip
        rows.append(
            f'<li id="source-{citation.number}" value="{citation.number}">{escape(citation.text)}{mark}{link}</li>'
        )
    return f"""<section id="sources" aria-labelledby="sources-title">
<h2 id="sources-title">Sources</h2>
<ol>{"".join(rows)}</ol>
</section>"""
