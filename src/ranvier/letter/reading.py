"""`read`: a letter in, a case out."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from ranvier.case import Case, Condition, Lab, LabVerdict, Response, Treatment
from ranvier.terms import Certainty, Finding, Presence, Side, Span, Subject
from ranvier.terms.vocabulary import diseases

from . import identifying, laterality, page, person, red_flags
from .conditions import condition_spans, conditions
from .context import Context, context_of
from .durations import Duration, durations
from .laboratory import lab_findings, labs
from .mentions import Mention, find_mentions
from .questions import TopicOf, no_topic, questions
from .text import Sentence, normalise, sentences
from .trained import Hearing, Meant, listen, stretches
from .treatments import treatments

_FROM_LABS = frozenset(
    {"anti_gm1_igm", "anti_gm1_igg", "anti_asialo_gm1", "csf_protein_raised", "ck_raised", "igm_paraprotein"}
)
_OF_TREATMENT = frozenset(
    {"improved_on_immunoglobulin", "no_response_to_immunoglobulin", "improved_on_corticosteroid", "worsened_on_corticosteroid"}
)  # fmt: skip
HEARD = 0.8  # probability from which a finding in words that no list has counts [tuned on third.jsonl]
LISTENED_FOR = 0.01  # probability below which what the lists found was not meant [likewise]
SIDE_HEARD = 0.7  # probability from which a side that no rule finds is taken [tuned on third.jsonl]
NEXT_TO_IT = 8  # characters after the name of a disease: "MMN since 2011" tells when that was diagnosed
_NO_DURATION = _FROM_LABS | _OF_TREATMENT | {
    "rapid_onset", "family_history_neuromuscular", "relapsing_course", "stepwise_progression",
    "preceding_infection",
}  # fmt: skip
_SIDELESS = _FROM_LABS | _OF_TREATMENT | frozenset(
    {"slow_progression", "stepwise_progression", "rapid_onset", "relapsing_course", "asymmetric_weakness", "symmetric_weakness",
     "fatigue", "dyspnoea", "bulbar_signs", "family_history_neuromuscular", "preceding_infection", "cold_induced_weakness",
     "upper_motor_neuron_signs"}
)  # fmt: skip


def read(text: str, *, today: date, topic_of: TopicOf = no_topic) -> Case:
    """Read a letter, or a page that holds one, into a case.

    A proposal for a person to confirm: every value carries the span of text it came from. `today` turns dates into
    months. Findings that the letter does not mention are not listed.

    Parameters
        text : The document as given; spans count from its first character.
        today : The day the letter is read.
        topic_of : Tells the topic of a question from its words and the sentence before; `evidence.topic_of` in the main path.
    Returns
        The case; with no findings when the text holds none.
    """
    normal, span, parts = _opened(text)
    seen = _glanced(text, normal, span, parts, topic_of)
    if not parts:
        return seen
    kin = person.kin_who_is_patient(normal, parts)
    patient = person.patient(normal, parts, kin_is_patient=kin, today=today)
    heard = listen(normal, stretches(parts))
    results = labs(normal, parts, kin_is_patient=kin)
    given = treatments(normal, parts, heard, kin_is_patient=kin, today=today, age_years=patient.age_years)
    found = _findings(normal, parts, heard, kin, today, patient.age_years)
    named = conditions(normal, parts, heard, kin_is_patient=kin)
    found += _lab_findings(results) + _treatment_findings(given) + _family_findings(named)
    return replace(
        seen, patient=patient, findings=_joined(found), conditions=named, treatments=given, labs=results
    )


def glance(text: str, *, topic_of: TopicOf = no_topic) -> Case:
    """The part of `read` that cannot wait: where the letter is, its red flags, its questions, and details that identify.

    Returns
        A case with these alone, for a page that answers while somebody types.
    """
    return _glanced(text, *_opened(text), topic_of)


def _opened(text: str) -> tuple[str, Span | None, tuple[Sentence, ...]]:
    """The document normalised, where its letter is, and that letter's sentences; none of an empty document."""
    if not text.strip():
        return text, None, ()
    span = page.find_letter(text)
    normal = normalise(text)
    return normal, span, sentences(text, normal, start=span.start, end=span.end)


def _glanced(
    text: str, normal: str, span: Span | None, parts: tuple[Sentence, ...], topic_of: TopicOf
) -> Case:
    if span is None or not parts:
        return Case(letter_span=span)
    inside = text[span.start : span.end]
    return Case(
        questions=questions(text, normal, parts, topic_of=topic_of),
        red_flags=tuple(replace(flag, spans=_shifted(flag.spans, span)) for flag in red_flags.find(inside)),
        identifying=tuple(
            replace(item, span=_shifted((item.span,), span)[0]) for item in identifying.find(inside)
        ),
        letter_span=span,
    )


def _shifted(spans: tuple[Span, ...], letter: Span) -> tuple[Span, ...]:
    return tuple(Span(span.start + letter.start, span.end + letter.start) for span in spans)


def _findings(
    normal: str,
    parts: tuple[Sentence, ...],
    heard: tuple[Hearing, ...],
    kin: frozenset[str],
    today: date,
    age_years: float | None,
) -> list[Finding]:
    found: list[Finding] = []
    last_side: Side | None = None
    for sentence, hearing in zip(parts, heard, strict=True):
        named = condition_spans(normal, sentence)
        mentions = [
            mention
            for mention in find_mentions(normal, sentence)
            if mention.id not in _FROM_LABS
            and not any(low <= mention.start and mention.end <= high for low, high in named)
            and hearing.probability(mention.id) > LISTENED_FOR
        ]
        known = {mention.id for mention in mentions}
        mentions += [
            Mention(item.id, item.start, item.end, anchor=(item.start, item.end), heard=item)
            for item in hearing.findings(at_least=HEARD)
            if item.id not in known and item.start >= sentence.start
        ]
        times = tuple(
            item
            for item in durations(
                normal, start=sentence.start, end=sentence.end, today=today, age_years=age_years
            )
            if not any(0 <= item.start - high < NEXT_TO_IT for _, high in named)
        )
        sides = laterality.side_words(normal, start=sentence.start, end=sentence.end)
        for mention in mentions:
            context = context_of(
                normal,
                sentence,
                mention.start,
                mention.end,
                kin_is_patient=kin,
                core=mention.core if mention.core >= 0 else None,
                names_what_is_there=True,
            )
            if not context.is_claim:
                continue
            meant = mention.heard or hearing.meaning_of_finding(mention.id, mention.start, mention.end)
            if kin:
                meant = replace(
                    meant, subject=Subject.PATIENT
                )  # a carer's letter: the rules know which relative is meant
            side = None
            if mention.id not in _SIDELESS:
                side = _side(normal, sentence, mention, mentions, sides, last_side)
                if side is None:
                    told, sure = hearing.side_of_finding(mention.id, mention.start, mention.end)
                    side = told if sure >= SIDE_HEARD else None
            last_side = side or last_side
            found.append(_finding(normal, sentence, mention, mentions, context, meant, side, times))
    return found


def _finding(
    normal: str,
    sentence: Sentence,
    mention: Mention,
    mentions: list[Mention],
    context: Context,
    meant: Meant,
    side: Side | None,
    times: tuple[Duration, ...],
) -> Finding:
    presence, certainty = meant.presence, meant.certainty
    subject = context.subject if context.subject is not Subject.PATIENT else meant.subject
    if mention.id == "family_history_neuromuscular":
        subject = Subject.PATIENT
    if presence is Presence.ABSENT and certainty is Certainty.HISTORICAL:
        certainty = Certainty.STATED
    is_past = certainty is Certainty.HISTORICAL
    months = (
        None
        if presence is Presence.ABSENT or is_past or mention.id in _NO_DURATION
        else _months(normal, sentence, mention, mentions, times)
    )
    return Finding(
        id=mention.id,
        presence=presence,
        subject=subject,
        certainty=certainty,
        side=side,
        site=None,
        since_months=months,
        spans=(Span(mention.start, mention.end),),
    )


def _side(
    normal: str,
    sentence: Sentence,
    mention: Mention,
    mentions: list[Mention],
    sides: list[tuple[int, int, Side]],
    last: Side | None,
) -> Side | None:
    """The side word nearest to the part of the body, in the same clause and not beyond another finding."""
    clause = sentence.clause_at(mention.start)
    low, high = mention.anchor
    best: tuple[int, Side] | None = None
    for start, end, side in sides:
        if not (clause.start <= start < max(clause.end, mention.end)):
            continue
        gap = low - end if end <= low else start - high if start >= high else 0
        between = normal[end:low] if end <= low else normal[high:start] if start >= high else ""
        blocked = any(
            other is not mention
            and other.anchor != mention.anchor
            and min(end, high) <= other.anchor[0]
            and other.anchor[1] <= max(start, low)
            for other in mentions
        )
        inside = mention.start <= start < mention.end
        words = len(between.split())
        if words > (8 if inside or start >= high else 6) or (blocked and not inside) or (";" in between):
            continue
        weight = gap + (6 if start >= high else 0)  # a side before its part is the commoner order
        if best is None or weight < best[0]:
            best = (weight, side)
    if best is not None:
        return best[1]
    alone = [side for start, end, side in sides if start >= high]
    if len(alone) == 1 == len(sides) and len({other.id for other in mentions}) == 1:
        return alone[
            0
        ]  # "The block lies in the mid-forearm, remote from any entrapment site, and on the left only."
    if last is not None and laterality.refers_back(
        normal, start=clause.start, end=max(clause.end, mention.end)
    ):
        return last
    return None


def _months(
    normal: str, sentence: Sentence, mention: Mention, mentions: list[Mention], times: tuple[Duration, ...]
) -> float | None:
    clause = sentence.clause_at(mention.start)
    here = [item for item in times if clause.start <= item.start < max(clause.end, mention.end)]
    if here:
        return min(here, key=lambda item: _gap(item, mention)).months
    opening = [item for item in times if item.start - sentence.start < 25]
    if opening and sentence.clauses.index(clause) <= 1:
        return opening[0].months
    others = [m for m in mentions if m is not mention and sentence.clause_at(m.start) != clause]
    following = [
        item
        for item in times
        if item.start >= mention.end and not any(mention.end <= m.start < item.start for m in others)
    ]
    if following and following[0].start - mention.end < 40:
        return following[0].months
    shared = [
        item for item in times if re.search(r"\b(?:both|all)\b[^.;]{0,24}$", normal[mention.end : item.start])
    ]
    return shared[-1].months if shared else None


def _gap(item: Duration, mention: Mention) -> int:
    return item.start - mention.end if item.start >= mention.end else mention.start - item.end


def _lab_findings(results: tuple[Lab, ...]) -> list[Finding]:
    return [
        Finding(
            id=name,
            presence=Presence.ABSENT if verdict is LabVerdict.NEGATIVE else Presence.PRESENT,
            certainty=certainty,
            spans=row.spans,
        )
        for name, verdict, row, certainty in lab_findings(results)
    ]


_NEUROMUSCULAR = frozenset(diseases()) - {
    "entrapment",
    "radiculopathy",
    "cervical_spondylotic_amyotrophy",
    "lead_neuropathy",
    "other",
}


def _family_findings(rows: tuple[Condition, ...]) -> list[Finding]:
    """A blood relative with a nerve, muscle or motor neuron disease is a family history of the patient's."""
    return [
        Finding("family_history_neuromuscular", Presence.PRESENT, spans=row.spans)
        for row in rows
        if row.subject is Subject.FAMILY and row.id in _NEUROMUSCULAR | {"gbs", "cmt", "myasthenia_gravis"}
    ]


_TREATMENT_FINDINGS = {
    ("ivig", Response.IMPROVED): ("improved_on_immunoglobulin", Presence.PRESENT),
    ("scig", Response.IMPROVED): ("improved_on_immunoglobulin", Presence.PRESENT),
    ("ivig", Response.NONE): ("no_response_to_immunoglobulin", Presence.PRESENT),
    ("ivig", Response.WORSENED): ("no_response_to_immunoglobulin", Presence.PRESENT),
    ("corticosteroid", Response.IMPROVED): ("improved_on_corticosteroid", Presence.PRESENT),
    ("corticosteroid", Response.WORSENED): ("worsened_on_corticosteroid", Presence.PRESENT),
    ("corticosteroid", Response.NONE): ("improved_on_corticosteroid", Presence.ABSENT),
}


def _treatment_findings(rows: tuple[Treatment, ...]) -> list[Finding]:
    made = []
    for row in rows:
        if row.given and row.response is not None:
            named = _TREATMENT_FINDINGS.get((row.id, row.response))
            if named is not None:
                made.append(Finding(named[0], named[1], spans=row.spans))
    return made


def _joined(found: list[Finding]) -> tuple[Finding, ...]:
    """One finding for each id, person, verdict, certainty and side; tellings without a side join the one that has it."""
    kept: list[Finding] = []
    for finding in found:
        for index, old in enumerate(kept):
            same = (old.id, old.presence, old.subject, old.certainty) == (
                finding.id,
                finding.presence,
                finding.subject,
                finding.certainty,
            )
            if same and (old.side == finding.side or None in (old.side, finding.side)):
                kept[index] = Finding(
                    id=old.id,
                    presence=old.presence,
                    subject=old.subject,
                    certainty=old.certainty,
                    side=old.side or finding.side,
                    site=old.site or finding.site,
                    since_months=old.since_months if old.since_months is not None else finding.since_months,
                    spans=tuple(dict.fromkeys(old.spans + finding.spans)),
                )
                break
        else:
            kept.append(finding)
    return tuple(finding for finding in kept if not _is_told_better(finding, kept))


_PLACES = frozenset(
    {"hand_weakness", "finger_extension_weakness", "wrist_drop", "foot_drop", "upper_limb_weakness", "lower_limb_weakness",
     "proximal_weakness", "facial_weakness", "asymmetric_weakness", "symmetric_weakness", "cold_induced_weakness", "fatigable_weakness"}
)  # fmt: skip


def _is_told_better(finding: Finding, kept: list[Finding]) -> bool:
    """Whether another finding says it better.

    "The weakness" of a letter that names a weak hand is that hand's; and one strong muscle ("FDI 5/5") does not make a
    hand with a weak one strong.
    """
    present = [
        other for other in kept if other.presence is Presence.PRESENT and other.subject is finding.subject
    ]
    if finding.presence is Presence.ABSENT and finding.id in _PLACES:
        return any(other.id == finding.id and other.side is finding.side for other in present)
    if finding.id != "weakness" or finding.presence is not Presence.PRESENT:
        return False
    return any(other.id in _PLACES for other in present)
