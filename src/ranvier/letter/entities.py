"""Diseases, treatments and laboratory results named in a letter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from ranvier.case import Condition, ConditionCertainty, Lab, LabVerdict, Response, Treatment
from ranvier.terms import Certainty, Span, Subject
from ranvier.terms.vocabulary import diseases

from . import attributes, lexicon
from .context import context_of
from .text import Sentence


@cache
def _patterns(group: str) -> Mapping[str, re.Pattern[str]]:
    return {name: lexicon.whole_word(patterns) for name, patterns in lexicon.data("entities")[group].items()}


def _found(normal: str, group: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Every named thing of a group, the longest where two overlap."""
    rows = [(name, *m.span()) for name, pattern in _patterns(group).items() for m in pattern.finditer(normal, start, end)]
    kept: list[tuple[str, int, int]] = []
    for row in sorted(rows, key=lambda item: (item[1] - item[2], item[1])):
        if not any(row[1] < high and low < row[2] for _, low, high in kept):
            kept.append(row)
    return sorted(kept, key=lambda item: item[1])


# --- conditions ---------------------------------------------------------------------------------------------------
_EXCLUDED_BEFORE = re.compile(
    r"\b(?:ruled out|rules out|rule out|excluded|excludes|not|n't|no|never|without|wrong(?:ly)?|mistaken|turned out not|negative for|disproved|discounted|instead of|misdiagnosed(?: with| as)?|denies|nor|neither|rather than|used to think|mistook (?:it|this) for)\b[^.;,]{0,34}$"
)
_NOT_AN_EXCLUSION = re.compile(r"\b(?:not|n't) (?:sure|certain|known?|only|yet|rul(?:e|ed) out|exclude[d]?|just|confirmed|proven|tell|say|want|understand|wait)\b|\bno (?:longer sure|doubt)\b|\bcannot (?:exclude|rule)")
_EXCLUDED_AFTER = re.compile(
    r"^[\s,)]*(?:\w+ ){0,4}?(?:(?:is|was|were|has been|have been|had been|been|now|since|and|be|were both|are|both|that|it|this|which|came|come|comes) )*(?:\w+ )?(?:ruled out|excluded|wrong(?:ly)?|disproved|discounted|dismissed|refuted|out\b(?! of)|negative|clear\b|untenable|not (?:the|it|what|confirmed|supported|present|found|thought|likely)|a mistake|incorrect|withdrawn|off the table|revised|abandoned|dropped|never (?:the|confirmed))"
)
_FIRST_THOUGHT = re.compile(r"\b(?:initially|at first|first|originally|previously|earlier|elsewhere|for years|for \w+ (?:years|months)|on the assumption|the assumption)\b")
_LATER = re.compile(r"\b(?:but|then|now|later|until|before|finally|eventually|turned out|in fact|actually|revised|changed|withdrawn|abandoned|since)\b")
_DIAGNOSED = re.compile(
    r"\b(?:diagnos(?:ed|is|es)(?: (?:with|of|as|was|is|has|made|to))*|dx'?d?(?: with)?|confirmed(?: as)?|known|established|(?:i|he|she) (?:have|has|had|got|am|was)|i've|i have had|living with|suffer(?:s|ing)? from|definite|case of|due to|with|treated for|met (?:the )?criteria for|meets (?:the )?criteria for|revised to|changed to|called|my|his|her|turned out to be|in favour of|background:?)\b[^.;]{0,24}$"
)
_SUSPECTED_BEFORE = re.compile(
    r"(?:\?\s?$|\b(?:suspect(?:s|ed|ing)?|possible|possibly|probable|probably|query|thought|thinks?|think|thinking|believe[sd]?|considered|considering|could be|may be|might be|may have|might have|maybe|perhaps|said|suggest(?:s|ed|ing|ive)?|mentioned|raised|concern(?:s|ed)?|likely|presum(?:ed|ably)|told|differential|mooted|floated|looks? like|in keeping with|consistent with|compatible with|suspicion|suspicious|working|features of|impression|imp:?|labelled|label|favou?r(?:s|ed)?|leaning|points? to|guess(?:ed)?|treated as|sent (?:\w+ ){0,3}(?:for|with|as|in as)|referred (?:with|as|for)|assum(?:ed|ption)|(?:put|putting) (?:it )?down to|blamed|evidence for|argu(?:es|ing) (?:for|against)|toward(?:s)?|reading is|wonder(?:s|ed|ing)? about|clinically|assess(?:ed|ment) for|against (?:pure )?|rather than|worr(?:y|ied) about|operated for)\b[^.;]{0,30}$)"
)
_SUSPECTED_AFTER = re.compile(
    r"^[\s,\"')]*(?:\w+ ){0,2}?(?:(?:is|was|has been|were|had been|remains|are|being|to be|as|has to be|needs to be) )*(?:my |the |a |our )?(?:suspected|considered|suggested|mentioned|raised|mooted|queried|possible|probable|probably|likely|unlikely|thought|\?|leading|working|until proven otherwise|first|possibility|a possibility|in the differential|at the top)"
)
_ASKED = re.compile(
    r"\b(?:afraid|scared|worr(?:y|ied|ies|ying)|terrified|fear(?:s|ed|ing)?|frightened|anxious|dread(?:s|ing)?|googled?|read about|reading about|different from|differ(?:s|ence|ent)?|versus|compared|mean(?:s)? i have|turn into|is it|could (?:it|this) be|panic\w*|convinced|wonder(?:s|ed|ing)? (?:how|what|why|if|whether)|needs? testing for|web|internet|television|tv|heard of|(?:know|ask\w*|asking|question|tell me) (?:\w+ )?(?:if|whether|about|more about|what))\b[^.;]{0,50}$"
)
_CLINICAL = re.compile(r"\b(?:o/e|ncs|emg|csf|mrc|examination|plantars?|fasciculat\w+|dear colleague|referr(?:al|ed)|c/o|hx|pmh|snaps?|cmaps?|igm|\d{2}[mf]|gentleman|presents?|presented|reflexes|this (?:\d\d|man|woman|lady)|mri|biopsy)\b")
_GENERAL_TALK = re.compile(r"\b(?:people|patients|someone|anyone|those|many|men|women) (?:with|who have|living with|diagnosed with)\b|\bin (?:pure |typical |classical )?$|\b(?:as|seen|common|typical|expected|possible|unusual|rare) in (?:\w+ )?$|\b(?:cause|causes|symptoms?|signs?|features?|hallmark|criteria|treatment|clinic|association|society|charity|group|nurse|specialist|column|study|trial|expert|testing|test) (?:of|for|in|on) (?:\w+ )?$")
_GENERAL_VERB = re.compile(r"^\s*(?:usually|often|typically|commonly|generally|can|may|causes?|affects?|starts?|presents?|is (?:a|an|rare|called|known|caused|treated|usually|not (?:the same|inherited|fatal))|are|nurse|clinic|association|society|criteria|specialist|support|charity|patients?|group|drug|trials?|research|registry)\b")
_NO_RELATIVE = re.compile(r"\b(?:nobody|no one|no-one|none|neither|no (?:\w+ )?(?:relatives?|family|brothers?|sisters?|siblings?))\b|\b(?:not|n't|never) (?:have|had|has|got|suffer)\b[^.;,]{0,20}$")


def conditions(normal: str, parts: tuple[Sentence, ...], *, kin_is_patient: frozenset[str]) -> tuple[Condition, ...]:
    """Diseases named, each once per person, with its last word on whether the patient has it."""
    rows: list[Condition] = []
    for sentence in parts:
        for name, start, end in _found(normal, "conditions", sentence.start, sentence.end):
            made = _condition(normal, sentence, name, start, end, kin_is_patient)
            if made is not None:
                rows.append(made)
    return _one_each(rows)


def condition_spans(normal: str, sentence: Sentence) -> list[tuple[int, int]]:
    """Where a sentence names diseases: the "atrophy" of spinal muscular atrophy is no wasted muscle."""
    return [(start, end) for _, start, end in _found(normal, "conditions", sentence.start, sentence.end)]


def _condition(
    normal: str, sentence: Sentence, name: str, start: int, end: int, kin_is_patient: frozenset[str]
) -> Condition | None:
    context = context_of(normal, sentence, start, end, kin_is_patient=kin_is_patient)
    clause = sentence.clause_at(start)
    before, after = normal[sentence.start : start], normal[end : sentence.end]
    near = normal[clause.start : start]
    if context.subject is not Subject.PATIENT:
        if _NO_RELATIVE.search(near) or clause.is_question:
            return None
        unsure = _SUSPECTED_BEFORE.search(near) is not None and "told" not in near
        certainty = ConditionCertainty.SUSPECTED if unsure else ConditionCertainty.DIAGNOSED
        return _named(name, certainty, context.subject, start, end)
    clinical = _CLINICAL.search(normal) is not None
    certainty_or_none = _certainty(near, before, after, asked=context.is_question, clinical=clinical)
    return None if certainty_or_none is None else _named(name, certainty_or_none, Subject.PATIENT, start, end)


def _certainty(near: str, before: str, after: str, *, asked: bool, clinical: bool) -> ConditionCertainty | None:
    """What the words around a disease make of it; None for general talk about it."""
    if _EXCLUDED_AFTER.match(after):
        return ConditionCertainty.RULED_OUT
    if asked:
        return ConditionCertainty.ASKED_ABOUT
    if _GENERAL_TALK.search(near) or (_GENERAL_VERB.match(after) and not near.strip()):
        return None
    if _EXCLUDED_BEFORE.search(near) and not _NOT_AN_EXCLUSION.search(near):
        return ConditionCertainty.RULED_OUT
    if _FIRST_THOUGHT.search(before[-70:]) and _LATER.search(after):
        return ConditionCertainty.RULED_OUT
    if _SUSPECTED_AFTER.match(after):
        return ConditionCertainty.SUSPECTED
    fear = _ASKED.search(before)
    if fear is not None and not (clinical and re.match(r"worr|concern", fear.group())):
        return ConditionCertainty.ASKED_ABOUT
    if _DIAGNOSED.search(near) and re.search(r"\b(?:diagnos\w+|dx'?d?|confirmed|known|definite|turned out|revised to|changed to|in favour of)\b", near[-40:]):
        return ConditionCertainty.DIAGNOSED
    if re.search(r"\btold (?:me|him|her|us)? ?(?:that )?(?:it|this|i|he|she)\b", near):
        return ConditionCertainty.DIAGNOSED
    if _SUSPECTED_BEFORE.search(near):
        return ConditionCertainty.SUSPECTED
    return ConditionCertainty.DIAGNOSED


def _named(name: str, certainty: ConditionCertainty, subject: Subject, start: int, end: int) -> Condition:
    known = diseases().get(name)
    label = known.label if known else name.replace("_", " ").capitalize()
    return Condition(label, name, certainty, subject, (Span(start, end),))


_STRENGTH = {
    ConditionCertainty.RULED_OUT: 3,
    ConditionCertainty.DIAGNOSED: 2,
    ConditionCertainty.SUSPECTED: 1,
    ConditionCertainty.ASKED_ABOUT: 0,
}


def _one_each(rows: list[Condition]) -> tuple[Condition, ...]:
    kept: dict[tuple[str | None, Subject], Condition] = {}
    for row in rows:
        key = (row.id, row.subject)
        held = kept.get(key)
        if held is None:
            kept[key] = row
            continue
        best = row if _STRENGTH[row.certainty] > _STRENGTH[held.certainty] else held
        kept[key] = Condition(best.name, best.id, best.certainty, best.subject, held.spans + row.spans)
    return tuple(kept.values())


# --- treatments ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class _Told:
    """One telling of a treatment, before tellings of the same one are joined."""

    id: str
    given: bool
    response: Response | None
    months_ago: float | None
    span: Span


def treatments(
    normal: str, parts: tuple[Sentence, ...], *, kin_is_patient: frozenset[str], today: date, age_years: float | None
) -> tuple[Treatment, ...]:
    """Treatments named, each once: whether given, what they did, and how long ago."""
    told: list[_Told] = []
    for index, sentence in enumerate(parts):
        named = _found(normal, "treatments", sentence.start, sentence.end)
        for position, (name, start, end) in enumerate(named):
            if name == "ivig" and _is_generic_infusion(normal, start, end) and not _speaks_of_immunoglobulin(normal, parts):
                continue
            context = context_of(normal, sentence, start, end, kin_is_patient=kin_is_patient)
            if context.subject is not Subject.PATIENT or _GENERAL.search(normal[sentence.clause_at(start).start : end]):
                continue
            limit = named[position + 1][1] if position + 1 < len(named) else sentence.end
            since = named[position - 1][2] if position else sentence.start
            told.append(_told(normal, parts, index, name, (start, end), (since, limit), today, age_years))
    return _joined(told)


_GENERAL = re.compile(r"\b(?:people|patients|some|others|those|trials? of|studies|evidence (?:for|of)|research|guidelines?)\b")


def _is_generic_infusion(normal: str, start: int, end: int) -> bool:
    return re.search(r"infusion|drip|antibody", normal[start:end]) is not None and "immun" not in normal[start:end]


def _speaks_of_immunoglobulin(normal: str, parts: tuple[Sentence, ...]) -> bool:
    text = normal[parts[0].start : parts[-1].end]
    return re.search(r"immun|ivig|iv-ig|\big\b|mmn|multifocal|scig|globulin|neuropathy", text) is not None


def _told(
    normal: str, parts: tuple[Sentence, ...], index: int, name: str, span: tuple[int, int], room: tuple[int, int], today: date, age_years: float | None
) -> _Told:
    sentence = parts[index]
    start, end = span
    clause = sentence.clause_at(start)
    before, after = normal[max(clause.start, room[0]) : start], normal[end : room[1]]
    response = _response(normal, sentence, start, end, room)
    if response is None and index + 1 < len(parts):
        following = normal[parts[index + 1].start : parts[index + 1].end]
        if re.match(r"\W*(?:it|this|that|which|they|these|the (?:effect|benefit|response|improvement|result|infusions?|operation|surgery|treatment|tablets|drug)|no|within|after|unfortunately|sadly|there was|my|his|her|i|he|she|nothing|strength)\b", following) and not _found(normal, "treatments", parts[index + 1].start, parts[index + 1].end):  # fmt: skip
            response = _response_in(following[:140], strict=not re.match(r"\W*(?:it|this|that|which|they|these|the)\b", following))
    planned = _patterns_not_given().search(before) is not None or _patterns_not_given_after().match(after.lstrip(" ,")) is not None
    was_given = _WAS_GIVEN.search(before) is not None
    given = not (clause.is_question or planned) or (response is not None and not clause.is_question) or (was_given and not _NEVER.search(before))
    if name in ("ivig", "scig") and not given and _ON_IT.search(before):
        given = True
    months = None
    for item in attributes.durations(normal, start=sentence.start, end=sentence.end, today=today, age_years=age_years):
        near = start - 45 <= item.start <= end + 60 and room[0] - 1 <= item.start <= room[1]
        if near and (item.is_past_point or re.search(r"\b(?:for|on|over|past|last)\b", normal[max(0, item.start - 14) : item.start])):
            months = item.months
            break
    return _Told(name, given, response if given else None, months if given else None, Span(start, end))


@cache
def _patterns_not_given() -> re.Pattern[str]:
    body = "|".join(lexicon.expand(item, {}) for item in lexicon.data("entities")["response"]["not_given"])
    tail = r"(?:[\s,]+(?:to|for|of|me|him|her|us|a|an|the|any|that|i|he|she|we|they|it|be|have|had|try|trying|start|starting|started|on|with|by|about|some|more|high|dose|oral|my|his|trial|course|either|or|and|possible|again|get|getting|take|taking|go|going|into|monthly|regular|further|another|using|use|whether|such|as|like|\w+ly|treatment|put|given|giving|receive|drug|drugs|called|consider|infusions))*[\s,]*$"
    return re.compile(rf"(?<!\w)(?:{body}){tail}")


@cache
def _patterns_not_given_after() -> re.Pattern[str]:
    return lexicon.whole_word(lexicon.data("entities")["response"]["not_given_after"])


_WAS_GIVEN = re.compile(r"\b(?:had|received|given|started(?: on)?|treated with|on|underwent|took|taking|tried|put (?:me|him|her) on|been having|been on|after|since|following|has had|have had|completed|prescribed|having|courses? of|getting|receiving|maintained on)\b(?:[\s,]+[\w/.%-]+){0,5}[\s,]*$")  # fmt: skip
_NEVER = re.compile(r"\b(?:never|not|n't|no|without|before|if|whether|refused|declined|should|could|would|want\w*|plan\w*|propos\w*|suggest\w*|recommend\w*|consider\w*|offer\w*|hop\w*|discuss\w*|awaiting|wonder\w*)\b")  # fmt: skip
_ON_IT = re.compile(r"\b(?:i am|i'm|he is|she is|currently|still|been|regular|monthly) (?:\w+ ){0,3}(?:on|having|getting|receiving)\b")


def _response(normal: str, sentence: Sentence, start: int, end: int, room: tuple[int, int]) -> Response | None:
    found = _response_in(normal[end : room[1]], strict=False)
    if found is not None:
        return found
    head = normal[room[0] : start]
    if re.search(r"\b(?:respon\w+|improve\w*|benefit\w*|better|relief|worse\w*|weaker|stronger|deteriorat\w+|help\w*|recover\w*|effect|gain\w*|difference|result|dramatic\w*|success\w*|change)\b[^.;]{0,40}$", head) and re.search(r"\b(?:to|after|on|with|from|since|by|following|of|when|did|despite|while|under)\b[^.;,]{0,25}$", head):  # fmt: skip
        return _response_in(head[-90:], strict=False)
    return None


@cache
def _response_patterns() -> Mapping[str, re.Pattern[str]]:
    lists = lexicon.data("entities")["response"]
    return {name: lexicon.whole_word(lists[name]) for name in ("none", "worsened", "improved")}


def _response_in(text: str, *, strict: bool) -> Response | None:
    """What a stretch of text says a treatment did: the first word on it, "no effect" before "effect"."""
    if re.match(r"\s*(?:might|may|could|would|will|should|can)\b", text):
        return None
    best: tuple[int, Response] | None = None
    for name, pattern in _response_patterns().items():
        match = pattern.search(text)
        if match is None or (strict and match.start() > 60):
            continue
        if name == "improved" and re.search(r"\b(?:not|n't|no|never|without|nor|hardly|barely|if|whether|hop\w+|to see|might|may|could|would|will|should)\s+(?:\w+ ){0,3}$", text[: match.start()]):  # fmt: skip
            continue
        if best is None or match.start() < best[0]:
            best = (match.start(), Response(name))
    return best[1] if best else None


def _joined(told: list[_Told]) -> tuple[Treatment, ...]:
    rows: dict[str, list[_Told]] = {}
    for item in told:
        rows.setdefault(item.id, []).append(item)
    made = []
    for name, items in rows.items():
        given = any(item.given for item in items)
        response = next((item.response for item in items if item.response is not None), None)
        months = next((item.months_ago for item in items if item.months_ago is not None), None)
        made.append(Treatment(name, given, response, months, tuple(item.span for item in items)))
    return tuple(made)


# --- laboratory ---------------------------------------------------------------------------------------------------
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
            if row is None and position and rows and _shares_a_verdict(normal, spans[position - 1], spans[position]):
                last = rows[-1]
                if last.analyte == spans[position - 1][0]:
                    row = Lab(name, last.verdict, last.isotype, None, None, None, (Span(start, end),))
            if row is not None:
                rows.append(row)
                rows.extend(_other_isotypes(normal, row, end, after))
    return tuple(_without_repeats(rows))


def _lab(
    normal: str, parts: tuple[Sentence, ...], index: int, name: str, span: tuple[int, int], room: tuple[int, int], kin_is_patient: frozenset[str]
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
    if value is not None and limit is not None and name in ("ck", "csf_protein") and (value > limit or verdict is None):
        verdict = LabVerdict.POSITIVE if value > limit else LabVerdict.NEGATIVE
    isotype = _isotype(normal[max(room[0], start - 24) : min(room[1], end + 30)], whole)
    near = re.match(r"[^,;.]{0,24}", normal[end : room[1]])
    titre_first = name in ("anti_gm1", "anti_asialo_gm1") and near is not None and _TITRE.search(near.group()) is not None
    if verdict is None or (titre_first and verdict is LabVerdict.NEGATIVE):
        verdict = _verdict_by_number(name, value, unit)
    if verdict is None and name == "igm_paraprotein" and "electrophoresis" not in normal[start:end] and "fixation" not in normal[start:end] and context.is_claim:  # fmt: skip
        verdict = LabVerdict.POSITIVE
    if verdict is None or not context.is_claim:
        return None
    return Lab(name, verdict, isotype, value, unit, limit, (Span(start, end),))


_LIMIT = re.compile(r"(?:uln|upper limit(?: of normal)?|normal (?:below|under|up to|range (?:up )?to)|normal|nr|ref|cut-?off|limit)\s?(?:of |is |was |below |under |<|=|:|up to )*\s?(?:1\s?:\s?)?(?:\d+(?:\.\d+)?\s?-\s?)?(?P<limit>\d[\d,]*(?:\.\d+)?)|[(\s]<\s?(?P<below>\d[\d,]*(?:\.\d+)?)\)")


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
        verdict = "borderline" if word in ("borderline", "equivocal") else "positive" if word in ("positive", "raised", "pos") else "negative"
        found.append(Lab(row.analyte, LabVerdict(verdict), match["isotype"], None, None, None, (Span(*match.span("isotype")),)))
    return found


def _shares_a_verdict(normal: str, before: tuple[str, int, int], this: tuple[str, int, int]) -> bool:
    """ "High titres of antibodies to GM1 and to asialo-GM1": what is listed together was found together."""
    between = normal[before[2] : this[1]]
    return re.fullmatch(r"[\s,()]*(?:and|as well as|plus|,)?[\s,]*(?:also )?(?:to |against )?(?:the )?[\s(]*", between) is not None


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


def _lab_verdict(normal: str, sentence: Sentence, start: int, end: int, room: tuple[int, int]) -> LabVerdict | None:
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
