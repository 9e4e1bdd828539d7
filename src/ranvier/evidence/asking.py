"""From a message to a reply: red flags first, then each question, with what it may not be told."""

from __future__ import annotations

import re
from functools import cache

from ranvier.case import RedFlag
from ranvier.letter import red_flags
from ranvier.terms import InputRefused, Mark, Source

from . import message, request
from .finding import Found, find
from .notice import emergency_statements, notice
from .phrasing import asked_as, off_topic
from .reply import Reply, Section, Sentence
from .statement import statements
from .topic import EMERGENCY, OUT_OF_SCOPE

AT_MOST = 3  # statements for one question: no more than three key points (Am Fam Physician 2015;92:118)
AT_MOST_SECTIONS = 6  # of one message; further questions are read but not answered
NEAR_BEST = 0.2  # a further statement of the question's own topic is shown from this share of the best score
NEAR_BEST_ELSEWHERE = 0.45  # and one of another topic from this share
KNOWN_WORDS = 0.5  # share of known English words below which a message counts as not read
GENERAL = "column-role"
NEVER_FOUND = frozenset(
    {GENERAL, "seed-letter-fit"}
)  # the first closes every reply; the second speaks of one letter
TRIAGE = "letters-cannot-triage"


def ask(question: str) -> Reply:
    """Answer a question in plain words, every sentence with its source.

    Red flags stand first. Requests for one person's dose, diagnosis or treatment are declined, and what is generally
    known follows. A question about something else, or in another language, is told so. Nothing is logged.

    Raises
        InputRefused: the question is empty.
    Example
        >>> ask("Does MMN run in families?").topic
        'inheritance'
    """
    text = message.clean(question)
    if not text:
        raise InputRefused(
            path="question",
            given="it has no words" if question.strip() else "it is empty",
            expected='A question in words, such as "What is MMN?"',
        )
    flags = tuple(red_flags.find(question))
    before = _emergency(flags)
    after = [Sentence.of(statements()[GENERAL])]
    if len(question) > message.READ_AT_MOST:
        after.insert(0, _noticed("cut_short"))
    if not _is_english(text):
        section = Section(OUT_OF_SCOPE, False, None, (_noticed("not_understood"),))
        return _reply(flags, before, (section,), ())
    whole = find(text)
    sections = _sections(text, whole, urgent=bool(flags))
    return _reply(flags, before, sections, tuple(after), topic=whole.topic)


def _reply(
    flags: tuple[RedFlag, ...],
    before: tuple[Sentence, ...],
    sections: tuple[Section, ...],
    after: tuple[Sentence, ...],
    *,
    topic: str = OUT_OF_SCOPE,
) -> Reply:
    ours = [section for section in sections if section.in_scope]
    return Reply(
        topic=EMERGENCY
        if flags
        else topic
        if topic in {s.topic for s in ours}
        else (ours or list(sections))[0].topic,
        in_scope=bool(flags or ours),
        declined=next((section.declined for section in sections if section.declined), None),
        red_flags=flags,
        before=before,
        sections=sections,
        after=after if flags or ours else (),
    )


def _sections(text: str, whole: Found, *, urgent: bool) -> tuple[Section, ...]:
    asked = message.parts(text)
    if len(asked) == 1:
        return (_section(whole, request.declined(text, whole.refusal), at_most=1 if urgent else AT_MOST),)
    found = [
        find(part.text, context=part.context, within=text, beside_others=whole.in_scope)
        for part in asked[:AT_MOST_SECTIONS]
    ]
    sections: list[Section] = []
    shown: set[str] = set()
    for part, one in zip(asked, found, strict=False):
        reason = request.declined(f"{part.context} {part.text}", one.refusal)
        alike = [
            n
            for n, section in enumerate(sections)
            if (section.topic, section.declined) == (one.topic, reason)
        ]
        if alike:  # two questions on one matter are answered together
            kept = sections[alike[0]]
            if kept.in_scope and one.in_scope:
                more = _section(_without(one, shown), None, at_most=1).sentences
                sections[alike[0]] = Section(kept.topic, True, kept.declined, kept.sentences + more)
                shown |= {s.rests_on for s in more}
            continue
        section = _section(_without(one, shown), reason, at_most=1 if urgent else 2)
        sections.append(section)
        shown |= {s.rests_on for s in section.sentences}
    if whole.in_scope and not any(section.in_scope for section in sections):
        return (_section(whole, request.declined(text, whole.refusal), at_most=AT_MOST),)
    return tuple(sections)


def _without(found: Found, shown: set[str]) -> Found:
    rest = tuple(pair for pair in found.ranked if pair[0] not in shown)
    return Found(rest, found.topic, found.in_scope, found.scope, found.refusal)


def _section(found: Found, reason: str | None, *, at_most: int) -> Section:
    if reason is None and not found.in_scope:
        name = "off_topic" if found.topic == OUT_OF_SCOPE else found.topic
        return Section(found.topic, False, None, (_noticed(name),))
    chosen = tuple(Sentence.of(statements()[key]) for key in _chosen(found, at_most))
    if reason is None:
        return Section(found.topic, True, None, chosen)
    topic = found.topic if found.in_scope else statements()[found.ranked[0][0]].topic
    declining = (_noticed(f"declined.{reason}"), _noticed("general_only"))
    return Section(topic, True, reason, (*declining, *chosen))


def _chosen(found: Found, at_most: int) -> list[str]:
    """The first statements: near the best in score, nearer still if they are on another topic than the question.

    What to do in an emergency is shown to a question about emergencies, or first; never as an afterthought.
    """
    ranked = [pair for pair in found.ranked if pair[0] not in NEVER_FOUND]
    first, best = ranked[0]
    chosen = [first]
    for key, score in ranked[1:at_most]:
        topic = statements()[key].topic
        if topic == found.topic:
            near = score >= best * NEAR_BEST
        else:
            near = topic != EMERGENCY and score >= best * NEAR_BEST_ELSEWHERE
        if near:
            chosen.append(key)
    return chosen


def _noticed(name: str) -> Sentence:
    said = notice(name)
    return Sentence(said.text, f"notice.{name}", said.source)


def _emergency(flags: tuple[RedFlag, ...]) -> tuple[Sentence, ...]:
    """The advice of each red flag, then the statements behind it, then that this column cannot handle emergencies."""
    if not flags:
        return ()
    known = statements()
    behind = [key for flag in flags for key in emergency_statements().get(flag.id, ())]
    source = known[behind[0] if behind else TRIAGE].sources[0]
    own = Source("Ranvier, red flag rules: docs/validation/letters.md", mark=Mark.JUDGEMENT, year=source.year)
    advice = dict.fromkeys(flag.advice for flag in flags)
    by_advice = {flag.advice: flag.id for flag in flags}
    return (
        *(Sentence(words, f"red_flag.{by_advice[words]}", own) for words in advice),
        *(Sentence.of(known[key]) for key in dict.fromkeys([*behind, TRIAGE])),
    )


@cache
def _english() -> frozenset[str]:
    texts = [*off_topic(), *(row for rows in asked_as().values() for row in rows)]
    texts += [f"{statement.plain} {statement.claim}" for statement in statements().values()]
    return frozenset(word for text in texts for word in re.findall(r"[a-z]+", text.lower()))


def _is_english(text: str) -> bool:
    """Whether enough of the words are ones we know; a message of one or two words is given the benefit of the doubt."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    if not words:
        return True
    known = sum(word in _english() for word in words)
    return known >= KNOWN_WORDS * len(words) if len(words) > 2 else text.isascii()
