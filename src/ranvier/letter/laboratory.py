"""Laboratory results reported in a letter, with isotype, value, unit and the laboratory's own limit as printed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from ranvier.case import Lab, LabVerdict
from ranvier.terms import Certainty, Span, Subject

from . import lexicon
from .context import context_of
from .text import Sentence

_TITRE = re.compile(r"1\s?[:/]\s?(?P<titre>\d[\d,]*)")
_VALUE = re.compile(
    r"(?P<value>\d[\d,]*(?:\.\d+)?)\s?(?P<unit>g/l|g/dl|mg/dl|mg/l|u/l|iu/l|iu/ml|u/ml|units/ml|units/l|units?|%|btu|iv|u(?![a-z])|iu)?(?![\w/])"
)
_RAISED = {"csf_protein": "csf_protein_raised", "ck": "ck_raised", "igm_paraprotein": "igm_paraprotein"}


@cache
def _lab_words() -> Mapping[str, re.Pattern[str]]:
    lists = lexicon.data("entities")["labs"]
    return {name: lexicon.whole_word(lists[name]) for name in ("positive", "negative", "borderline")}


@cache
def _analytes() -> Mapping[str, re.Pattern[str]]:
    lists = lexicon.data("entities")["labs"]
    names = ("anti_asialo_gm1", "anti_gm1", "csf_protein", "ck", "igm_paraprotein")
    return {name: lexicon.whole_word(lists[name]) for name in names}


def labs(normal: str, parts: tuple[Sentence, ...], *, kin_is_patient: frozenset[str]) -> tuple[Lab, ...]:
    """Laboratory results reported for the patient, with isotype, value and unit as printed."""
    rows: list[Lab] = []
    for index, sentence in enumerate(parts):
        spans: list[tuple[str, int, int]] = []
        for name, pattern in _analytes().items():
            for match in pattern.finditer(normal, sentence.start, sentence.end):
                if not any(match.start() < high and low < match.end() for _, low, high in spans):
                    spans.append((name, *match.span()))
        spans.sort(key=lambda item: item[1])
        for position, (name, start, end) in enumerate(spans):
            before = spans[position - 1][2] if position else sentence.start
            after = spans[position + 1][1] if position + 1 < len(spans) else sentence.end
            row = _lab(normal, parts, index, name, (start, end), (before, after), kin_is_patient)
            if (
                row is None
                and position
                and rows
                and _shares_a_verdict(normal, spans[position - 1], spans[position])
            ):
                last = rows[-1]
                if last.analyte == spans[position - 1][0]:
                    row = Lab(name, last.verdict, last.isotype, None, None, None, (Span(start, end),))
            if row is not None:
                rows.append(row)
                rows.extend(_other_isotypes(normal, row, end, after))
    return tuple(_without_repeats(rows))


def _lab(
    normal: str,
    parts: tuple[Sentence, ...],
    index: int,
    name: str,
    span: tuple[int, int],
    room: tuple[int, int],
    kin_is_patient: frozenset[str],
) -> Lab | None:
    sentence = parts[index]
    start, end = span
    context = context_of(normal, sentence, start, end, kin_is_patient=kin_is_patient)
    clause = sentence.clause_at(start)
    if context.subject is not Subject.PATIENT or clause.is_question:
        return None
    if re.search(r"\b(?:if|whether|should|recommend|request(?:ed)?|await(?:ing|ed)?|pending|to (?:check|send|test|repeat)|will (?:check|send)|sent for|plan)\b[^.;]{0,30}$", normal[sentence.start : start]) or re.match(r"[^.;,]{0,30}\b(?:pending|awaited|sent off|not (?:been )?(?:done|tested|checked|measured|performed|sent)|requested|outstanding)\b", normal[end : sentence.end]):  # fmt: skip
        return None
    whole = normal[sentence.start : sentence.end]
    verdict = _lab_verdict(normal, sentence, start, end, room)
    value, unit = _value(normal, start, max(end, room[1]), room[1])
    limit = _limit(normal[end : min(room[1] + 1, end + 60)])
    if (
        value is not None
        and limit is not None
        and name in ("ck", "csf_protein")
        and (value > limit or verdict is None)
    ):
        verdict = LabVerdict.POSITIVE if value > limit else LabVerdict.NEGATIVE
    isotype = _isotype(normal[max(room[0], start - 24) : min(room[1], end + 30)], whole)
    near = re.match(r"[^,;.]{0,24}", normal[end : room[1]])
    titre_first = (
        name in ("anti_gm1", "anti_asialo_gm1")
        and near is not None
        and _TITRE.search(near.group()) is not None
    )
    by_number = _verdict_by_number(name, value, unit)
    if verdict is None or (titre_first and verdict is LabVerdict.NEGATIVE):
        verdict = by_number
    elif limit is None and name == "csf_protein" and by_number is LabVerdict.NEGATIVE:
        verdict = by_number  # "0.41 g/L with no cells": what else was found in the fluid is not the protein's
    if re.search(r"\b(?:no|without|neither|nor)(?: \w+){0,2} $", normal[clause.start : start]):
        verdict = LabVerdict.NEGATIVE  # "no paraprotein was found"
    if name == "igm_paraprotein" and _NO_BAND.search(whole):
        verdict = LabVerdict.NEGATIVE
    if verdict is None and name == "igm_paraprotein" and "electrophoresis" not in normal[start:end] and "fixation" not in normal[start:end] and context.is_claim:  # fmt: skip
        verdict = LabVerdict.POSITIVE
    if verdict is None or not context.is_claim:
        return None
    return Lab(name, verdict, isotype, value, unit, limit, (Span(start, end),))


_NO_BAND = re.compile(r"\bno (?:\w+ )?(?:paraprotein\w*|monoclonal \w+|m[- ]?(?:band|protein|spike)|band)\b")
_LIMIT = re.compile(
    r"(?:uln|upper limit(?: of normal)?|normal (?:below|under|up to|range (?:up )?to)|normal|nr|ref|cut-?off|limit)\s?(?:of |is |was |below |under |<|=|:|up to )*\s?(?:1\s?:\s?)?(?:\d+(?:\.\d+)?\s?-\s?)?(?P<limit>\d[\d,]*(?:\.\d+)?)|[(\s]<\s?(?P<below>\d[\d,]*(?:\.\d+)?)\)"
)


def _limit(after: str) -> float | None:
    """The laboratory's own upper limit, when it is printed beside the value."""
    match = _LIMIT.search(after)
    return None if match is None else float((match["limit"] or match["below"]).replace(",", ""))


_ISOTYPE_AFTER = re.compile(
    r"\b(?P<isotype>ig[mg])(?P<mark>\s?[+-]|[:\s]+(?:was |is |were )?(?:weakly |strongly |clearly )?(?P<word>negative|positive|normal|absent|borderline|equivocal|raised|not detected|neg|pos))"
)


def _other_isotypes(normal: str, row: Lab, start: int, end: int) -> list[Lab]:
    """ "Anti-GM1 IgM 1:12,800, IgG negative": the second isotype of the same analyte has a row of its own."""
    if row.analyte not in ("anti_gm1", "anti_asialo_gm1") or row.isotype is None:
        return []
    found = []
    for match in _ISOTYPE_AFTER.finditer(normal, start, end):
        if match["isotype"] == row.isotype:
            continue
        word = match["word"] or ("positive" if "+" in match["mark"] else "negative")
        verdict = (
            "borderline"
            if word in ("borderline", "equivocal")
            else "positive"
            if word in ("positive", "raised", "pos")
            else "negative"
        )
        found.append(
            Lab(
                row.analyte,
                LabVerdict(verdict),
                match["isotype"],
                None,
                None,
                None,
                (Span(*match.span("isotype")),),
            )
        )
    return found


def _shares_a_verdict(normal: str, before: tuple[str, int, int], this: tuple[str, int, int]) -> bool:
    """ "High titres of antibodies to GM1 and to asialo-GM1": what is listed together was found together."""
    between = normal[before[2] : this[1]]
    return (
        re.fullmatch(
            r"[\s,()]*(?:and|as well as|plus|,)?[\s,]*(?:also )?(?:to |against )?(?:the )?[\s(]*", between
        )
        is not None
    )


def _verdict_by_number(name: str, value: float | None, unit: str | None) -> LabVerdict | None:
    """A protein or CK printed with its unit and no word on it, against the usual limits [recalled: 0.45 g/L, 200 U/L]."""
    if value is None:
        return None
    if name == "csf_protein" and unit in ("g/l", "mg/dl"):
        grams = value if unit == "g/l" else value / 100
        return LabVerdict.POSITIVE if grams > 0.45 else LabVerdict.NEGATIVE
    if name == "ck" and unit in ("u/l", "iu/l"):
        return LabVerdict.POSITIVE if value > 200 else LabVerdict.NEGATIVE
    return LabVerdict.POSITIVE if name in ("anti_gm1", "anti_asialo_gm1") and value >= 100 else None


def _lab_verdict(
    normal: str, sentence: Sentence, start: int, end: int, room: tuple[int, int]
) -> LabVerdict | None:
    clause = sentence.clause_at(start)
    after = normal[end : max(sentence.end, end)]
    before = normal[clause.start : start]
    found: list[tuple[int, int, str]] = []
    for rank, name in enumerate(("borderline", "negative", "positive")):
        pattern = _lab_words()[name]
        match = pattern.search(after)
        if match is not None:
            stop = re.search(r"[;]|\bbut\b|, (?:and )?(?=\w+ (?:was|were|is|are)\b)", after)
            if stop is None or match.start() < stop.start():
                found.append((match.start(), rank, name))
        for match in pattern.finditer(before):
            gap = before[match.end() :]
            if len(gap.split()) <= 6 and not re.search(r"[;]|\bbut\b", gap):
                found.append((len(gap), rank, name))
    inside = normal[start:end]
    if re.search(r"\braised|high|elevated|positive\b", inside):
        found.append((0, 2, "positive"))
    if not found:
        return None
    return LabVerdict(min(found)[2])


def _value(normal: str, start: int, end: int, limit: int) -> tuple[float | None, str | None]:
    stretch = normal[end - (end - start) : limit]
    stretch = stretch[:110]
    titre = _TITRE.search(stretch)
    if titre is not None:
        return float(titre["titre"].replace(",", "")), None
    body = re.sub(r"gm-?1|ga1|\bm1\b|normal[^,;.)]{0,14}(?:<|>|up to|to|under|below)\s?[\d.,]+\s?[\w/]*|\((?:normal|nr|ref|uln|n)[^)]*\)|(?:<|>|limit|cut-?off(?: of)?|uln)\s?[\d.]+|\b(?:19|20)\d\d\b|\d+ (?:years?|months?|weeks?|days?)|[1-9]/[1-9]\d*", lambda m: " " * len(m.group()), stretch)  # fmt: skip
    match = _VALUE.search(body)
    if match is None or re.search(r"[;.]\s", body[: match.start()]):
        return None, None
    return float(match["value"].replace(",", "")), match["unit"]


def _isotype(near: str, whole: str) -> str | None:
    for text in (near, whole):
        kinds = {kind for kind in ("igm", "igg") if re.search(rf"\b{kind}\b", text)}
        if len(kinds) == 1:
            return kinds.pop()
    return None


def _without_repeats(rows: list[Lab]) -> list[Lab]:
    kept: list[Lab] = []
    for row in rows:
        same = next((old for old in kept if old.analyte == row.analyte and old.verdict is row.verdict and (old.isotype == row.isotype or None in (old.isotype, row.isotype))), None)  # fmt: skip
        if same is None:
            kept.append(row)
            continue
        kept[kept.index(same)] = Lab(
            same.analyte,
            same.verdict,
            same.isotype or row.isotype,
            same.value if same.value is not None else row.value,
            same.unit or row.unit,
            None,
            same.spans + row.spans,
        )
    return kept


def lab_findings(rows: tuple[Lab, ...]) -> list[tuple[str, LabVerdict, Lab, Certainty]]:
    """The findings that results stand for: id, verdict, the row, and its certainty (borderline is a suspicion)."""
    made = []
    for row in rows:
        if row.analyte == "anti_gm1":
            name = "anti_gm1_igg" if row.isotype == "igg" else "anti_gm1_igm"
        else:
            name = _RAISED.get(row.analyte, row.analyte)
        certainty = Certainty.SUSPECTED if row.verdict is LabVerdict.BORDERLINE else Certainty.STATED
        made.append((name, row.verdict, row, certainty))
    return made
