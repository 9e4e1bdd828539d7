"""Whether words that name a danger stand: said to be so, of the patient, and now.

Written for red flags, where a miss costs more than a false alarm: only what plainly takes the words back (a denial, a
question in general, another person, a past that is over) lets them fall; every doubt leaves them standing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .denial import STATED, clause_before, denied, either, word_set, words

_IF = re.compile(
    r"(?<!as )(?<!wonder )(?<!wondering )(?<!know )(?<!sure )(?<!ask )(?<!see )(?<!understand )(?<!wondered )(?<!tell )(?<!even )"
    r"\b(?:if|in case|should (?:i|he|she|you|there|they|it)|were (?:i|he|she|you) to|unless"
    r"|whenever you|when you|once you|had i|suppose|imagine"
    r"|imagin\w+|what if|in the event of|lest)\b"
)
_SUBJECT = re.compile(r"\b(?:i|i'm|i've|i'd|he|he's|she|she's|my|his|her|it|it's|we|there)\b")
_FUTURE = re.compile(
    r"\b(?:will|would|might|may|could|shall|'ll|going to|gonna|likely to|about to|one day|some day"
    r"|in the end|eventually|"
    r"could i|will i)\b(?P<rest>[^,;]{0,45})$"
)
_SUSPECTED = re.compile(
    r"^\s*(?:well |also |just |even |possibly |actually )?(?:be|have|'ve|'ve had|have had|be having|of"
    r"|not|indicate|mean|hardly|barely|say)\b"
)
_FEAR = re.compile(
    r"\b(?:afraid|scared|fear|fears|feared|frightened|terrified|dread\w*|worr(?:y|ied|ies|ying)"
    r"|anxious|nervous|panic\w*|petrified)\s+(?:of|about|that|i|he|she|it|my|one|for)\b(?P<rest>.*)$"
)
_QUESTION_WORD = re.compile(
    r"(?:^|[,;:-]\s*|\b(?:and|so|but|or)\s+)(?:please |doctor |dr |also |then )?(?:is|are|am|was|were"
    r"|do|does|did|can|could|will|would|should|shall|may|might|has|have|how|what|why|when|where|which"
    r"|who|any)\b"
)
_PRESUPPOSED = re.compile(
    r"\b(?:that|why|because|since|now that|after|but|given|with|as|and|about)\s+(?:(?:do|does|am|is"
    r"|are|can't|can|have|has|did|was|would)\s+)?(?:i|i'm|i've|i'd|my|he|he's|she|she's|his|her|me|him"
    r"|this)\b"
    r"|\bam i\b|\bis (?:he|she|this|that|it)\b(?! (?:true|possible|likely|right|safe))|\bcould (?:this"
    r"|it|that|these) be\b|\bdo i have\b|\bhave i\b|\bis (?:my|his|her)\b|\banyone else\b"
    r"|\b(?:i|he|she) (?:can't|cannot|can hardly|keep|keeps|have|am|get|has|is)\b|\bthe (?:swollen"
    r"|choking|breathlessness|headaches?)\b"
)
_NOT_GONE = re.compile(
    r"\b(?:not|never|n't|hasn't|haven't|isn't|no|won't) (?:\w+ )?(?:cleared|resolved|gone|went"
    r"|recovered|healed|settled|go away|disappeared|better)\b|(?<!never )\bcame back\b|\bback again\b"
    r"|\bagain now\b|(?<!never )\breturned\b"
)


@dataclass(frozen=True)
class Writer:
    """What the letter as a whole says of whose illness it tells: the writer's own, or a relative's."""

    own: bool
    patient: str | None  # the relative or friend who is the patient, as the letter calls them

    @classmethod
    def of(cls, text: str) -> Writer:
        """Read it from the whole letter (plain, small letters)."""
        about = re.search(
            rf"\b(?:on behalf of|writ\w+ (?:for|about|because of)|question (?:is )?(?:for|about)|worried about"
            rf"|concerned about|care (?:for|of)|ask\w* (?:for|about)|help) (?:\w+ )?(?:my"
            rf"|our) (?:\w+ )?(?P<who>{either('kin')}|{either('other')})\b"
            rf"|\bmy (?P<who2>{either('kin')}|{either('other')})(?:,? \w+,?)?(?:,? who| is \d+ and"
            rf"|'s)? (?:\w+ )?(?:has|have|had"
            rf"|was|been|is|got|suffers)(?: \w+){{0,4}} (?:mmn|multifocal|immunoglobulin|ivig"
            rf"|conduction block)\b",
            text,
        )
        own = re.search(
            r"\b(?:i (?:have|was|am|'ve|got|had|suffer|been)(?: \w+){0,6} (?:mmn|multifocal|weak\w*|ivig"
            r"|immunoglobulin|neuropathy|als|infusions?|diagnos\w+|cramps|twitch\w+)"
            r"|my (?:own |right |left |weak )*(?:hands?|legs?|foot|feet|arms?|fingers?|wrist|grip|mmn|ivig"
            r"|symptoms|weakness|neurologist|infusions?|diagnosis|doctor|specialist|treatment)|i was diagnosed"
            r"|i'm \d\d|i am (?:a )?\d\d)\b",
            text,
        )
        who = (about.group("who") or about.group("who2")) if about else None
        return cls(own=own is not None, patient=who)


def _asked(sentence: str, start: int, end: int, *, lenient: bool) -> bool:
    if not sentence.rstrip(" \"')]").endswith("?"):
        return False
    opening = None
    for mark in _QUESTION_WORD.finditer(sentence, 0, start + 1):
        if mark.start() <= start:
            opening = mark if opening is None or mark.start() > 0 else opening
    if opening is None:
        return False
    clause = sentence[opening.start() : end]
    if _PRESUPPOSED.search(clause) and not _ASKED_IF.search(clause):
        return False
    if _JUST_NOW.search(sentence) and _OWN.search(clause) and not _IF.search(clause):
        return False
    return not (
        lenient and re.search(r"\bis it (?:normal|usual|common|dangerous|ok|okay|serious|bad)\b", clause)
    )


def _supposed(clause: str, sentence: str, start: int) -> bool:
    supposing = None
    for supposing in _IF.finditer(clause):  # the last one counts  # noqa: B007
        pass
    if supposing is not None:
        between = clause[supposing.end() :]
        if supposing.group().startswith("should") and sentence.rstrip(" \"')]").endswith("?"):
            return False  # a question; whether it only asks, `_asked` has told
        if supposing.group().startswith(("should", "were", "had")):
            return not _THAT_IS_SO.search(between)
        if len(_SUBJECT.findall(between)) <= 1 and "," not in between:
            return True
    return bool(
        re.match(
            r"\s*(?:what )?if (?:i|my|he|she|his|her|you|we|it) ?(?:ever|start|begin|should|develop|get|got)?\b[^,]*$",
            sentence[:start],
        )
        and len(_SUBJECT.findall(sentence[:start])) <= 1
    )


def _told_as_so(clause: str, named: str, after: str) -> bool:
    """Whether a question, a warning or a rule is about what is so: "can MMN cause the choking that I have had since May?"."""
    return bool(_MINE.search(clause) or _MY_PRESENT.search(clause + named) or _AS_I_HAVE.match(after))


def _is_general(clause: str, sentence: str, named: str) -> bool:
    if _THIS_ONE.search(clause) and _JUST_NOW.search(sentence):
        return False  # "I wanted to ask whether this pressure in my chest since last night matters"
    return any(
        _WARNING.match(cue.group()) or not _OWN.search(clause, cue.end())
        for cue in words("general").finditer(clause)
        # "history of asthma, can't breathe lying flat"
        if not (_OF_OLD.match(cue.group()) and "," in clause[cue.end() :] and STATED.match(named))
    )


def _to_come(clause: str, sentence: str) -> bool:
    future = _FUTURE.search(clause)
    if future and future.group().startswith("could") and _JUST_NOW.search(sentence):
        future = None  # "this morning I could only crawl"
    if future and _COULD_ONCE.search(future.group()):
        future = None  # "on Sunday I could walk and by Wednesday I couldn't stand"
    if future and _THAT_IS_SO.search(future.group("rest")):
        future = None  # "could it be serious that I choke?"
    if future and not _SUSPECTED.match(future.group("rest")):
        return True
    fear = None if _WORRY_ASKED.search(clause) else _FEAR.search(clause)
    return bool(
        fear
        and not words("certain_fear").search(fear.group("rest"))
        and not fear.group(0).startswith(("afraid i", "afraid he", "afraid she"))
    )


def _over(sentence: str, start: int, end: int) -> bool:
    before, after = sentence[:start], sentence[end:]
    if _NOT_GONE.search(sentence):
        return False
    just_now = _JUST_NOW.search(sentence)
    if (
        words("gone").search(after)
        and not just_now
        and not re.search(r"\bbut (?:now|today|it is back|it came back|has come back)\b", after)
    ):
        return True
    past = words("past").search(sentence)
    if past is None or (past.end() <= start and _SINCE_THEN.search(before, past.end())):
        return False
    if _dated_apart(sentence, start, end, past):
        return False
    if words("long_past").search(before) or words("long_past").search(after):
        return True
    if re.search(
        r"(?<!never )(?<!didn't )\bused to (?:get|have|be|feel|suffer|choke|wake|struggle)\b", before
    ) and not re.search(r"\b(?:now|again|still)\b", after):
        return True
    rest = before[-60:] + after[:60]
    lost = re.search(
        r"\b(?:los[et]\w*|can't|cannot|couldn't|unable|gone|went|stopped)\b", sentence[start:end]
    )
    never_again = (
        not lost and _NEVER_AGAIN.search(after) is not None
    )  # strength that never came back is not over
    return not (words("began").search(rest) and not never_again) or never_again


def _dated_apart(sentence: str, start: int, end: int, past: re.Match[str]) -> bool:
    """Whether the past belongs to another clause, and the danger's own clause tells of now.

    "I was diagnosed in 2024 and I can't breathe lying flat": the year is that of the diagnosis.
    """
    opens = max((mark.end() for mark in _CLAUSE_END.finditer(sentence, 0, start)), default=0)
    following = _CLAUSE_END.search(sentence, end)
    closes = following.start() if following else len(sentence)
    if opens <= past.start() < closes or _PAST_VERB.search(sentence, opens, closes):
        return False
    if _NOW_VERB.search(sentence, opens, closes) or _COMPARED.match(sentence, closes):
        return True
    dated_from = max((mark.end() for mark in _CLAUSE_END.finditer(sentence, 0, past.start())), default=0)
    dated_to = _CLAUSE_END.search(sentence, past.end())
    return bool(
        words("milestone").search(sentence, dated_from, dated_to.start() if dated_to else len(sentence))
    )


def _of_another(sentence: str, start: int, writer: Writer, previous: str) -> bool:
    before = sentence[:start]
    mention = None
    for mention in re.finditer(rf"\b(?P<kin>{either('kin')})\b|\b(?P<other>{either('other')})\b", before):  # noqa: B007
        pass
    if mention is None:
        if re.match(r"(?:he|she|they|his|her|their)\b", sentence) and previous:
            earlier = re.match(
                rf"(?:and |but |also )?(?:my|our|a) (?:\w+ )?(?P<who>{either('kin')}|{either('other')})\b",
                previous,
            )
            if earlier and earlier.group("who") != writer.patient:
                return _of_another(previous + " ; " + sentence, len(previous) + 3 + start, writer, "")
        return bool(re.search(r"\b(?:family history|in (?:my|the|our) family|runs in)\b", before))
    who = mention.group()
    since = before[mention.end() :]
    if re.search(r"\b(?:i|i'm|i've|i'd|my|me|myself)\b", since):
        return False
    if writer.patient == who:
        return False
    if re.match(r"(?:he|she)\b", sentence) and re.search(r"\b(?:he|she|his|her)\b", since):
        return False  # "he could lift his granddaughter, today he cannot lift a cup"
    recent = bool(words("now").search(sentence))
    if re.search(r"\blate " + re.escape(who), before):
        return True
    if mention.group("other"):
        return True
    ill = bool(re.search(rf"\b{either('illness')}\b", sentence))
    if re.match(
        r"(?:'s)?,? (?:also |just |has |had )?(?:says?|said|notic\w+|tells?|told|thinks?|thought|saw|sees"
        r"|found|finds|reports?|heard|hears|worr\w+|watch\w*|took|drove|brought|called|rang)\b",
        since,
    ):
        return False  # who reports it is not who has it
    if ill:
        return True
    if re.search(r"\b(?:his|her|their) $", before[: mention.start()]) and re.match(
        r"(?: also)? (?:takes?|has|is on|suffers?|gets?|lives with)\b(?! (?:noticed|seen|found|heard|to))",
        since,
    ):
        return True  # "his sister takes warfarin for a clot"
    if writer.patient is not None or writer.own:
        return not recent
    if _IN_DAYS.search(sentence) and not words("spouse_past").search(sentence[mention.end() :]):
        return False  # "dad went from a stick to a wheelchair in under a week"
    told_as_past = "past_verb" if who in word_set("elders") else "spouse_past"
    return bool(words(told_as_past).search(sentence[mention.end() :]) and not recent)


_CLAUSE_END = re.compile(r"[,;:()]|\s-\s|\b(?:and|but|so|yet|because|although|though|while|then)\b")
_PAST_VERB = re.compile(
    r"\b(?:had|was|were|did|didn't|could|couldn't|wasn't|weren't|went|came|got|took|gave|felt|fell|began|woke|lost|became"
    r"|made|kept|used|caught|found|stuck|ended|happened|lasted|choked|gasped|needed|developed|suffered|stopped|started)\b"
)
_NOW_VERB = re.compile(
    r"\b(?:can't|cannot|can|am|is|are|i'm|he's|she's|it's|i've|has|have(?! had)|get|gets|feel|feels|keep|keeps|need|needs"
    r"|wake|wakes|choke|chokes|cough|coughs|gasp|gasps|lose|loses|don't|doesn't|won't|isn't|aren't|goes|comes|makes)\b"
)
_COULD_ONCE = re.compile(
    r"^could\b.*\b(?:and|but|then|yet)\b.*\b(?:i|he|she|they|by|on|since|now|today|this|last|my|his|her|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b"
)
_THAT_IS_SO = re.compile(r"\bthat (?:i|i'm|i've|my|he|she|his|her)\b")
_NEVER_AGAIN = re.compile(
    r"\b(?:none|not|never|nothing) since\b|\b(?:it|that|they)(?:'s| has| have)? never (?:come|came) back\b"
    r"|\bnever (?:returned|recurred|happened again)\b"
)
_IN_DAYS = re.compile(
    r"\b(?:in|within|over) (?:just |under |about |less than )*(?:a|one|two|three|\d) (?:days?|weeks?)\b"
)
_COMPARED = re.compile(
    r"[,;:(]?\s*(?:it |this )?(?:was|were|from|compared|versus|vs|against|down from)\b"
)  # ", was 3.4 last year"
_ASKED_IF = re.compile(
    r"\b(?:if|in case|unless|suppose|imagine|what if|lest|were (?:i|he|she) to|should there)\b"
)
_OF_OLD = re.compile(r"(?:history|pmhx?|h/o|background|allerg)")
_MINE = re.compile(
    r"\b(?:caus\w+|explain\w*|behind|give|given|giving|from|bring\w*|mean\w*) (?:this|these|my|his|her) (?:\w+ ){0,2}$"
    r"|\b(?:could|can|is|are|does|do|might|may) (?:this|these) $"
)
_MY_PRESENT = re.compile(
    r"\b(?:could|can|is|are|does|do|might|may) (?:my|his|her) (?:new|sudden|swollen|painful|sore|hot|red|terrible|awful|severe|bad)\b"
)
_AS_I_HAVE = re.compile(
    r"[^.;]{0,40}\b(?:that|which) (?:i|he|she)(?:'ve| have|'s| has) (?:had|been|got|now)\b"
    r"|[^.;]{0,40}\b(?:that|which) (?:began|started|came on)(?: \w+){0,2} (?:yesterday|today|last|this|\w+day)\b"
    r"|[^.;]{0,50}\b(?:and|but) (?:now )?(?:i|he|she) (?:do|does|am|is|have|has)(?: now)?\s*(?:[.,;!]|$)"
)
_THIS_ONE = re.compile(r"\b(?:whether|if|about|because of|with) (?:this|these|the new)(?: \w+){0,3}\s*$")
# "Should I worry that my breathing is worse?": what is so is not asked.
_WORRY_ASKED = re.compile(
    r"\b(?:should|do|must|need|ought|am) (?:i|we|he|she) (?:to |need to |have to |be |right to be )*(?:worr|concern)"
)
_JUST_NOW = re.compile(
    r"\b(?:yesterday|today|this (?:morning|afternoon|evening)|last night|tonight|(?:hours?|minutes?"
    r"|days?) ago|overnight|since (?:\w+day))\b"
)
_OWN = re.compile(r"\b(?:i|i'm|i've|i'd|my|me|myself)\b")
# A warning or a check is general even when it is about "my" legs; what was read or heard is not, once "I" follow.
_WARNING = re.compile(
    r"(?:ask|check|monitor|screen|warn|told|look|watch|risk|call|ring|in case|prevent|avoid|protect"
    r"|reduc|so that|insur)"
)
_SINCE_THEN = re.compile(
    r"\b(?:now|today|tonight|this (?:week|morning|evening)|lately|recently|since yesterday)\b"
)


def _is_another_life(clause: str, until: str) -> bool:
    """People in general, or somebody whose death is told as past; whoever speaks of ending a life now counts."""
    if re.search(r"\b(?:people|patients|anyone|leaflet)\b", clause) and not _OWN.search(clause):
        return True
    past = re.search(
        rf"\b(?:{either('kin')}|{either('other')})\b(?P<rest>.*)\b(?:took|killed|committed|died|hanged"
        rf"|(?<!has )(?<!have )(?<!'s )had|was (?!saying|talking|telling|thinking|asking|hinting|found))\b",
        until,
    )
    return past is not None and not _OWN.search(until, past.start("rest"))


def stands(
    sentence: str,
    start: int,
    end: int,
    *,
    writer: Writer,
    previous: str = "",
    self_harm: bool = False,
    lenient: bool = False,
) -> bool:
    """Whether `sentence[start:end]` is said to be so, of the patient, now.

    Parameters
        sentence, previous : Plain text; the sentence and the one before it.
        start, end : The words that name the danger.
        writer : Whose illness the letter tells of.
        self_harm : Wishes and conditions count as said ("if it is ALS I would rather die"), and anyone's life counts.
        lenient : "Is it normal to choke?" counts as said.
    """
    clause = clause_before(sentence[:start])
    if denied(sentence, start, end):
        return False
    if (
        not _told_as_so(clause, sentence[start:end], sentence[end:])
        and _asked(sentence, start, end, lenient=lenient or self_harm)
    ) and not (self_harm and not words("in_general").search(sentence)):
        return False
    if _over(sentence, start, end):
        return False
    if self_harm:
        return not _is_another_life(clause, sentence[:end])
    if _told_as_so(clause, sentence[start:end], sentence[end:]):
        return not _of_another(sentence, start, writer, previous)
    if (
        _is_general(clause, sentence, sentence[start:end])
        or _supposed(clause, sentence, start)
        or _to_come(clause, sentence)
    ):
        return False
    return not _of_another(sentence, start, writer, previous)
