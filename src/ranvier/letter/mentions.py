"""Where findings are named in a text: phrases, weakness with its place, grades of strength, and "normal" states."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from . import lexicon
from .text import Sentence
from .trained import Heard

# These say how a weakness behaves, so they stand beside the finding they share words with; others displace it.
QUALITIES = frozenset(
    {"asymmetric_weakness", "symmetric_weakness", "slow_progression", "stepwise_progression", "rapid_onset", "relapsing_course",
     "preceding_infection", "family_history_neuromuscular"}
)  # fmt: skip
_FILL = (
    r"(?:of|in|to|affecting|involving|on|at|with|for|my|his|her|the|their|its|both|left|right|l|r|lt|rt|bilateral(?:ly)?|this|that|same|other|"
    r"muscles?|nerves?|and|or|nor|a|an|some|all|of all|mild(?:ly)?|moderate(?:ly)?|severe(?:ly)?|marked(?:ly)?|distal(?:ly)?|entire|whole|dominant|non-?dominant|"
    r"particularly|especially|mainly|predominantly|mostly|confined|limited|restricted|localised|localized|innervated|supplied|territory|distribution|"
    r"spread(?:ing)?|moved|extended|started|began|first|now|into|then|from|patchy|focal|isolated|painless|progressive|purely|pure|motor|power|strength|when|"
    r"lower|upper|two|three|four|most|more|also|as well as|than|either|any|further|new|old|definite|obvious|slight(?:ly)?|subtle|trace|side|one|each|his|function|movements?|is|are|was|were|only|strikingly|clearly|asymmetric(?:al)?|symmetric(?:al)?|proximal|:|-|/|,|&|\+)"
)
_BE = (
    r"(?:is|are|was|were|'s|'re|has|have|had|been|be|being|am|feels?|felt|feeling|gets?|got|getting|gone|going|go|goes|went|becom(?:e|es|ing)|became|grow(?:s|ing)?|grew|grown|"
    r"seems?|seemed|looks?|looked|keeps?|kept|began|begun|begin(?:s|ning)?|start(?:s|ed|ing)?|turned|remain(?:s|ed)?|to|very|quite|so|really|too|rather|pretty|progressive(?:ly)?|gradual(?:ly)?|slow(?:ly)?|"
    r"increasing(?:ly)?|much|more|a|bit|little|lot|slight(?:ly)?|notice(?:ably|d)|somewhat|also|now|still|always|just|only|all|both|mild(?:ly)?|moderate(?:ly)?|severe(?:ly)?|marked(?:ly)?|particularly|especially|extremely|terribly|"
    r"muscles?|movements?|thin|stiff|clumsy|wasted|strength|power|and|that|which|grade[ds]?|mrc|scored?|at|of|the|on|in|my|his|her|left|right|side|l|r|not|n't|never|no|isn't|wasn't|aren't|weren't|longer|steadily|visibly|definitely|clearly|again|already|equally|mostly|generally|"
    r"has|have|shows?|showed|some|significant(?:ly)?|profound(?:ly)?|obvious(?:ly)?|first|then|lost|losing|become|:|-|,|&|/|=|'m|bilateral(?:ly)?|distal(?:ly)?|as|well|is|weak|with)"
)
_TO_PART = re.compile(rf"^(?:[\s,:/&+-]*{_FILL}(?![\w]))*[\s,:/&+-]*$")
_FROM_PART = re.compile(rf"^(?:[\s,:/&=-]*{_BE}(?![\w]))*[\s,:/&=-]*$")
_LIST = re.compile(r"^[\s,/&+]*(?:(?:and|or|nor|then|also|as well as|plus|,|to|in|of|the|my|his|her|both|left|right|l|r|other|same|more|particularly|especially|mainly|lesser|extent|a|later|now|even)(?![\w])[\s,/&+]*)*$")  # fmt: skip
_GRADE = re.compile(
    r"(?<![\w/.])(?:mrc )?(?:grade )?(?P<grade>[0-5])(?:\s?[+-])?\s?/\s?5(?![\w/])|\bmrc (?:grade )?(?P<mrc>[0-5])(?![\d/])"
)
_POWER_LIST = re.compile(r"\b(?:power|mrc|strength)\b")
_BARE_GRADE = re.compile(r"(?<=[a-z)] )(?P<grade>[0-5][+-]?)(?=\s*(?:[,;.)]|and\b|on\b|$))")
_NOT_WEAK = re.compile(r"weak(?:ly|er)? (?:positive|evidence|signal|response|acid|tea|argument|link|point|spot|case)|weak(?=ly)|weak (?:reflex|jerk)|weakest link|limp(?:ed|ing|s)?(?= (?:for|home|along|on|about|around|badly|since))|a limp\b|useless(?= (?:doctor|advice|tablets|gp|treatment))")  # fmt: skip
_NORMAL = re.compile(
    r"(?<![\w-])(?:normal(?:ly)?|intact|preserved|unremarkable|fine|ok|okay|full|spared|unaffected|unimpaired|unchanged|within normal limits|wnl|nad|5/5|entirely good|perfect|perfectly good|clear|good|a-ok|spot on|as (?:it|they) should|well formed|comfortable|safe|strong|all right|alright|nothing (?:out of the ordinary|abnormal|wrong|unusual)|no abnormalit(?:y|ies)|as clear as (?:it )?ever(?: was)?|not affected|as (?:it|they) should be|n)(?![\w-])"
)
_NORMAL_FILL = re.compile(
    r"^(?:[\s,:/&()-]*(?:is|are|was|were|'s|remain(?:s|ed)?|stay(?:s|ed)?|seems?|seemed|looks?|looked|feels?|felt|came|come|comes|back|as|completely|entirely|perfectly|quite|all|both|also|otherwise|again|still|always|has|have|had|been|be|being|shows?|showed|worked|well|both|sides|symmetric(?:al|ally)?|symmetrical|equal|and|or|present|to|light|touch|in|of|at|the|my|his|her|limbs?|arms?|legs?|hands?|feet|throughout|everywhere|elsewhere|including|with|reported|done|there|absolutely|thankfully|fortunately|luckily|bilaterally|on|examination|testing|were|tested|both|left|right|side|found|these|those|same|segments?|nerves?|upper|lower|said|studies|study|tests?|median|ulnar|radial|sural|which|that|very|strictly|normal|too|however|though|exam|function|responses?)(?![\w-]))*[\s,:/&()-]*$"
)
_AFTER_NORMAL = re.compile(r"^(?:[\s,/&-]*(?:and|or|muscle|tendon|deep|tone|power|strength|bulk|reflexes|sensation|coordination|the|my|his|her|in|all|upper|lower|motor|sensory|speech|eye|movements|gait|facial|with|symmetrical|both)(?![\w-]))*[\s,/&-]*$")  # fmt: skip


@dataclass(frozen=True)
class Mention:
    """A finding named at `start:end`; `anchor` is the word its side belongs to. `denies` = the words themselves
    deny it; `core` = where the word begins that says it; `heard` = when the trained reader found it."""

    id: str
    start: int
    end: int
    anchor: tuple[int, int] = field(default=(0, 0))
    denies: bool = False
    core: int = -1
    heard: Heard | None = None

    def overlaps(self, other: Mention) -> bool:
        """Whether the two share a character."""
        return self.start < other.end and other.start < self.end


def find_mentions(normal: str, sentence: Sentence) -> list[Mention]:
    """Every finding named in a sentence, in order, the longest reading of overlapping ones."""
    states = _states(normal, sentence)
    phrases = _phrases(normal, sentence)
    weaknesses = _weaknesses(normal, sentence)
    kept: list[Mention] = []
    for mention in sorted(states + phrases, key=lambda m: (m.start - m.end, m.start)):
        if not any(_displaces(other, mention) for other in kept):
            kept.append(mention)
    for mention in weaknesses:
        if not any(mention.overlaps(other) and other.id not in QUALITIES for other in kept) and not (
            mention.id == "weakness"
            and any(
                mention.overlaps(o) and o.id in ("asymmetric_weakness", "symmetric_weakness") for o in kept
            )
        ):
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.start, m.end))


def _displaces(kept: Mention, other: Mention) -> bool:
    if not kept.overlaps(other):
        return False
    if kept.id == other.id:
        return True
    if kept.denies or other.denies or {kept.id, other.id} <= _LISTED_TOGETHER:
        return False
    return (kept.id in QUALITIES) == (other.id in QUALITIES)


_LISTED_TOGETHER = frozenset({"dyspnoea", "bulbar_signs", "sensory_symptoms", "cranial_nerve_involvement"})


def _phrases(normal: str, sentence: Sentence) -> list[Mention]:
    found = []
    words = normal[sentence.start : sentence.end]
    for name, (plain, negative) in lexicon.finding_lexicon().phrases.items():
        for match in plain.finditer(normal, sentence.start, sentence.end):
            if name == "rapid_onset" and not _is_an_onset(words):
                continue
            span = match.span()
            denies = _HOLDS_A_NOT.search(match.group()) is not None
            found.append(Mention(name, *span, anchor=span, denies=denies, core=span[0]))
        for match in negative.finditer(normal, sentence.start, sentence.end):
            span = match.span()
            found.append(Mention(name, *span, anchor=span, core=span[0]))
    for name, pattern in lexicon.finding_lexicon().denials.items():
        if name == "slow_progression" and _STABLE_OTHERWISE.search(words):
            continue
        for match in pattern.finditer(normal, sentence.start, sentence.end):
            found.append(Mention(name, *match.span(), anchor=match.span(), denies=True, core=match.start()))
    return found


_STABLE_OTHERWISE = re.compile(
    r"\b(?:creatinine|u&es?|renal|bloods?|weight|bp|platelets|glucose|hba1c|vitals|sats|mood|egfr|haemoglobin|hb)\b"
)
_HOLDS_A_NOT = re.compile(
    r"\b(?:not|never|no|isn't|wasn't|aren't|weren't|hasn't|haven't|don't|doesn't|didn't)\b"
)
_ONSET = re.compile(
    r"\b(?:weak\w*|paralys\w*|lost|loss|legs?|arms?|hands?|face|walk\w*|unable|cannot|can't|couldn't|came on|onset|began|started|developed|"
    r"evolved|spread|progress\w*|worsen\w*|drop\w*|nadir|deteriorat\w*|collaps\w*|numb\w*|areflexi\w*|speech|slurr\w*|flaccid|tetrapar\w*|"
    r"parapar\w*|paresis|palsy|slipped)\b"
)
_NO_ONSET = re.compile(
    r"\b(?:ivig|iv-?ig|immunoglobulin\w*|infusions?|drips?|steroids?|prednis\w*|treatment|dose|surgery|operation|improv\w*|better|stronger|helped|"
    r"respon\w*|returned|recover\w*|headache|clinic|appointment|biopsy|slow\w*|gradual\w*|years?|creatinine|chest pain|urine|rash|calf is|each|every|"
    r"next|wears?|wore)\b"
)


def _is_an_onset(sentence: str) -> bool:
    """Whether "within ten days" tells how a weakness began, and not when a drug worked."""
    return _ONSET.search(sentence) is not None and _NO_ONSET.search(sentence) is None


def _weaknesses(normal: str, sentence: Sentence) -> list[Mention]:
    """Weakness words tied to the parts of the body beside them; with no part, plain weakness."""
    found: list[Mention] = []
    for clause in sentence.clauses:
        low, high = clause.start, clause.end
        parts = _parts(normal, low, high)
        for start, end, denies in _deficits(normal, low, high):
            linked = _linked(normal, start, end, parts)
            for index, (name, first, last) in enumerate(linked):
                hull = (min(start, first), max(end, last)) if index == 0 else (first, last)
                found.append(Mention(name, *hull, anchor=(first, last), denies=denies, core=start))
            if (
                not linked
                and not denies
                and not normal[start].isdigit()
                and not _GRADE.fullmatch(normal, start, end)
            ):
                found.append(Mention("weakness", start, end, anchor=(start, end), core=start))
    return found


def _parts(normal: str, low: int, high: int) -> list[tuple[str, int, int]]:
    taken: list[tuple[str, int, int]] = []
    for name, pattern in lexicon.finding_lexicon().parts.items():
        for match in pattern.finditer(normal, low, high):
            if not any(match.start() < end and start < match.end() for _, start, end in taken):
                taken.append((name, *match.span()))
    return sorted(taken, key=lambda item: item[1])


def _deficits(normal: str, low: int, high: int) -> list[tuple[int, int, bool]]:
    not_weak = [match.span() for match in _NOT_WEAK.finditer(normal, low, high)]
    found = []
    for match in lexicon.finding_lexicon().deficit.finditer(normal, low, high):
        if not any(start <= match.start() < end for start, end in not_weak):
            found.append((*match.span(), False))
    if _POWER_LIST.search(normal, low, high):
        for match in _BARE_GRADE.finditer(normal, low, high):
            found.append((*match.span("grade"), match["grade"].startswith("5")))
    for match in _GRADE.finditer(normal, low, high):
        grade = int(match["grade"] or match["mrc"])
        found.append((*match.span(), grade == 5 and "-" not in match.group()))
    return found


def _linked(
    normal: str, start: int, end: int, parts: list[tuple[str, int, int]]
) -> list[tuple[str, int, int]]:
    """The parts that a weakness word at start:end belongs to, following lists of them."""
    after = [part for part in parts if part[1] >= end]
    before = [part for part in reversed(parts) if part[2] <= start]
    inside = [part for part in parts if part[1] >= start and part[2] <= end]
    chain: list[tuple[str, int, int]] = []
    if inside:
        return inside[:1]
    if before and _FROM_PART.match(normal[before[0][2] : start]):
        chain = [before[0]]
        for part in before[1:]:
            if not _LIST.match(normal[part[2] : chain[-1][1]]):
                break
            chain.append(part)
        if _says_where(normal[end : after[0][1]]) if after else False:
            chain = [part for part in chain if part[0] != "weakness"]
        return chain
    if after and _TO_PART.match(normal[end : after[0][1]]):
        chain = [after[0]]
        for part in after[1:]:
            if not _LIST.match(normal[chain[-1][2] : part[1]]):
                break
            chain.append(part)
    return chain


def _says_where(between: str) -> bool:
    return between.strip() in ("in the", "of the", "in my", "in his", "in her")


def _states(normal: str, sentence: Sentence) -> list[Mention]:
    """ "Tone, power and sensation were normal": each thing named makes its findings absent."""
    found: list[Mention] = []
    for state in lexicon.finding_lexicon().states:
        things = list(state.thing.finditer(normal, sentence.start, sentence.end))
        if not things:
            continue
        for match in (state.normal or _NORMAL).finditer(normal, sentence.start, sentence.end):
            if _NOT_NORMAL.search(normal[max(sentence.start, match.start() - 18) : match.start()]):
                continue
            for thing in things:
                if _is_said_of(normal, thing, match):
                    hull = (min(thing.start(), match.start()), max(thing.end(), match.end()))
                    names = state.absent
                    if names == ("weakness",):
                        names = (_place_of(normal, sentence, hull),)
                    span = hull if hull[1] - hull[0] < 60 else thing.span()
                    found.extend(Mention(name, *span, anchor=thing.span(), denies=True) for name in names)
    return found + _strong_parts(normal, sentence)


_NOT_NORMAL = re.compile(
    r"\b(?:not|n't|never|ab|less than|far from|isn't|wasn't|aren't|weren't|nearly|almost|near)[\s-]*(?:\w+ )?$"
)
_STRONG = re.compile(r"(?<![\w-])(?:normal|fine|ok|okay|full(?: power| strength)?|strong|spared|unaffected|perfect(?:ly)?(?: good| fine| normal)?|all right|alright|good|not (?:affected|involved|weak)|5/5)(?![\w-])")  # fmt: skip
_STRONG_FILL = re.compile(r"^(?:[\s,:()-]*(?:is|are|was|were|'s|remain(?:s|ed)?|stay(?:s|ed)?|seems?|seem|feels?|felt|both|also|still|always|now|entirely|perfectly|quite|completely|of|has|have|been|and|so|power|strength|muscles?|otherwise|too|all|absolutely|at|the|moment)(?![\w-]))*[\s,:()-]*$")  # fmt: skip
_OTHER_THING = re.compile(r"\b(?:reflex\w*|jerks?|tone|sensation|sensory|feeling|pinprick|pin|vibration|touch|nerves?|conduction|snaps?|mri|scan|x-?rays?|ultrasound|emg|pulses?|skin|temperature|bulk|responses?|studies|circulation|colou?r|swelling|doppler|joints?|velocit\w*|amplitudes?)\b")  # fmt: skip


def _strong_parts(normal: str, sentence: Sentence) -> list[Mention]:
    """ "My legs are fine", "left arm full": a part said to be strong has no weakness."""
    found: list[Mention] = []
    for clause in sentence.clauses:
        for name, first, last in _parts(normal, clause.start, clause.end):
            if name == "weakness" or _OTHER_THING.search(normal[clause.start : clause.end]):
                continue
            match = _STRONG.search(normal, last, min(len(normal), last + 45))
            if (
                match is None
                or match.end() > clause.end + 1
                or not _STRONG_FILL.match(normal[last : match.start()])
            ):
                continue
            found.append(Mention(name, first, match.end(), anchor=(first, last), denies=True))
    return found


def _place_of(normal: str, sentence: Sentence, hull: tuple[int, int]) -> str:
    """ "Lower limbs normal power" speaks of the legs; "power normal" of weakness anywhere."""
    clause = sentence.clause_at(hull[0])
    for name, first, last in _parts(normal, clause.start, clause.end):
        if name != "weakness" and (
            0 <= hull[0] - last <= 12 or 0 <= first - hull[1] <= 16 or hull[0] <= first < hull[1]
        ):
            return name
    return "weakness"


def _is_said_of(normal: str, thing: re.Match[str], word: re.Match[str]) -> bool:
    if thing.start() <= word.start() < thing.end():
        return False
    if thing.end() <= word.start():
        between = normal[thing.end() : word.start()]
        return len(between) < 110 and _NORMAL_FILL.match(_without_things(between)) is not None
    between = normal[word.end() : thing.start()]
    return len(between) < 60 and _AFTER_NORMAL.match(_without_things(between)) is not None


def _without_things(between: str) -> str:
    """The words between, less the names of other things examined: a list shares its "normal"."""
    for state in lexicon.finding_lexicon().states:
        between = state.thing.sub(" ", between)
    return re.sub(r"\b(?:coordination|gait|power|strength|temperature|pin|touch|vibration)\b", " ", between)
