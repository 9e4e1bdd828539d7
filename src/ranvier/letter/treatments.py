"""Treatments named in a letter: whether given, what they did, how long ago."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from ranvier.case import Response, Treatment
from ranvier.terms import Span, Subject

from . import lexicon
from .context import context_of
from .durations import durations
from .named import find_named
from .text import Sentence
from .trained import Hearing

HEARD = 0.6  # probability from which one that no list names counts ("the drip") [tuned on third.jsonl]
# Probability below which a name is not of this person's treatment ("What if it fails?"); F1 is flat from 0.01 to 0.5 [likewise].
SPOKEN_OF = 0.05


@dataclass(frozen=True)
class _Told:
    """One telling of a treatment, before tellings of the same one are joined."""

    id: str
    given: bool
    response: Response | None
    months_ago: float | None
    span: Span


def treatments(
    normal: str,
    parts: tuple[Sentence, ...],
    heard: tuple[Hearing, ...],
    *,
    kin_is_patient: frozenset[str],
    today: date,
    age_years: float | None,
) -> tuple[Treatment, ...]:
    """Treatments named, each once: whether given, what they did, and how long ago."""
    told: list[_Told] = []
    for index, sentence in enumerate(parts):
        named = [
            row
            for row in find_named(normal, "treatments", sentence.start, sentence.end)
            if heard[index].probability(row[0]) >= SPOKEN_OF
        ]
        unnamed = sorted(set(lexicon.data("entities")["treatments"]) - {name for name, _, _ in named})
        named += [row for row in heard[index].named(unnamed, at_least=HEARD) if row[1] >= sentence.start]
        named.sort(key=lambda row: row[1])
        for position, (name, start, end) in enumerate(named):
            if (
                name == "ivig"
                and _is_generic_infusion(normal, start, end)
                and not _speaks_of_immunoglobulin(normal, parts)
                and heard[index].probability("ivig") < HEARD
            ):
                continue
            context = context_of(normal, sentence, start, end, kin_is_patient=kin_is_patient)
            if context.subject is not Subject.PATIENT or _GENERAL.search(
                normal[sentence.clause_at(start).start : end]
            ):
                continue
            limit = named[position + 1][1] if position + 1 < len(named) else sentence.end
            since = named[position - 1][2] if position else sentence.start
            given, response = heard[index].treatment(name, start, end)
            if given > 0.5:
                item = _given(normal, parts, index, name, (start, end), (since, limit), today, age_years)
                told.append(replace(item, response=item.response or response))
            else:
                told.append(_Told(name, False, None, None, Span(start, end)))
    return _joined(told)


_GENERAL = re.compile(
    r"\b(?:people|patients|some|others|those|trials? of|studies|evidence (?:for|of)|research|guidelines?)\b"
)


def _is_generic_infusion(normal: str, start: int, end: int) -> bool:
    return (
        re.search(r"infusion|drip|antibody", normal[start:end]) is not None
        and "immun" not in normal[start:end]
    )


def _speaks_of_immunoglobulin(normal: str, parts: tuple[Sentence, ...]) -> bool:
    text = normal[parts[0].start : parts[-1].end]
    return re.search(r"immun|ivig|iv-ig|\big\b|mmn|multifocal|scig|globulin|neuropathy", text) is not None


def _given(
    normal: str,
    parts: tuple[Sentence, ...],
    index: int,
    name: str,
    span: tuple[int, int],
    room: tuple[int, int],
    today: date,
    age_years: float | None,
) -> _Told:
    sentence = parts[index]
    start, end = span
    response = _response(normal, sentence, start, end, room)
    if response is None and index + 1 < len(parts):
        following = normal[parts[index + 1].start : parts[index + 1].end]
        if re.match(r"\W*(?:it|this|that|which|they|these|the (?:effect|benefit|response|improvement|result|infusions?|operation|surgery|treatment|tablets|drug)|no|within|after|unfortunately|sadly|there was|my|his|her|i|he|she|nothing|strength)\b", following) and not find_named(normal, "treatments", parts[index + 1].start, parts[index + 1].end):  # fmt: skip
            response = _response_in(
                following[:140], strict=not re.match(r"\W*(?:it|this|that|which|they|these|the)\b", following)
            )
    months = None
    for item in durations(normal, start=sentence.start, end=sentence.end, today=today, age_years=age_years):
        near = start - 45 <= item.start <= end + 60 and room[0] - 1 <= item.start <= room[1]
        if near and (
            item.is_past_point
            or re.search(r"\b(?:for|on|over|past|last)\b", normal[max(0, item.start - 14) : item.start])
        ):
            months = item.months
            break
    return _Told(name, True, response, months, Span(start, end))


def _response(
    normal: str, sentence: Sentence, start: int, end: int, room: tuple[int, int]
) -> Response | None:
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
