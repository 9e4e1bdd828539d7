"""Whether a named danger is said not to be so: how far a "no" or "not" reaches, and what is taken back afterwards.

Errs towards letting a danger stand: a denial holds only over light words and lists of things denied together.
"""

from __future__ import annotations

import re
from functools import cache

from . import lexicon

# Where one statement ends and the next begins.
_BREAK = re.compile(
    r"[;:]|\s-\s|\b(?:but|however|although|though|yet|except|whereas|because|until|till|unfortunately|instead)\b"
    r"|\b(?:and|so|then|,)\s*(?:then\s+)?(?:now|today|then|since|yesterday|last|this|i|i'm|i've|i'd|he"
    r"|he's|she|she's|my|his|her"
    r"|it|it's|the|there|we|they|a|suddenly|on|these|lately|recently)\b(?!\s+(?:or|nor)\b)"
    r"|,\s*(?:now|today|just|only|lately|recently|which|this)\b"
)


_NEGATION = re.compile(
    r"(?P<no>(?<=[a-z])n't|\b(?:no|nil|without|denie[sd]|deny|denying|neither|nor|negative for"
    r"|free (?:of|from)|absence of|absent|excludes|excluded"
    r"|ruled out|rules out|lack of|nobody|no one|no-one|none|zero|-ve for|nothing like|not|never|aint"
    r"|nothing(?! (?:comes?|came|helps?|works?|goes down(?! the)|stays?|but|to|left|in|will))|rather than))(?=[\s:,])",
)


_NOT_NEGATION = re.compile(
    r"(?:no|not|n't)\s+(?:longer|idea|doubt|sooner|matter|wonder|relief|help|better|good|rest"
    r"|let[- ]?up|only|just|sure|certain"
    r"|know|knowing|well|right|the same|getting|understand|stop|sleep\w*|believe|warning|end|answer"
    r"|change|cure|control|strength"
    r"|appetite|energy|feeling|power|air|breath|way out|point|reason|sense|future|ordinary"
    r"|exaggerat\w*|joking|kidding|lying"
    r"|taken? seriously|surpris\w*|improv\w*|shift\w*|go away|eas\w*|settl\w*|let|until|long|far|many|as good|like)\b"
    r"|never\s+(?:so|such|this|as bad|like)\b"
)


_BEFORE_NOW = re.compile(
    r"^[^.;]{0,40}?\b(?:before(?! (?:the|my|an|any|each|every|infusion))|until (?:now|today|this|last"
    r"|yesterday)|like this|this bad|so bad|as bad|like it)\b"
)


_DENIED_AFTER = re.compile(
    r"^(?:(?:\s+\w+){0,2}?\s+(?:is|are|was|were|has been|have been|had been)(?:\s+(?:now|both"
    r"|all))?\s+|\s*[:=(-]?\s*\??\s*)"
    r"(?:ruled out|excluded|absent|negative|-ve\b|denied|denies|nil\b|none\b|no\b(?! (?:matter|idea"
    r"|one|sleep|appetite|air|voice|way|better|longer|help|relief|good|change|worse))"
    r"|normal\b|nad\b|(?<=[ ])(?:fine|ok|okay|a-ok|good|intact|preserved|unaffected|regular|great"
    r"|perfect|unremarkable|clear)\b|not (?:found|seen|present|a problem|the case|an issue|reported"
    r"|noted|detected|confirmed|affected|a stroke|a clot|evident)"
    r"|never (?:a problem|happened|an issue|found|affected)|n't (?:a problem|an issue|found|there))"
)


_FARTHEST = 240  # letters back to which a clause is looked for


@cache
def either(name: str) -> str:
    """Any of the listed words, as one expression."""
    return "(?:" + "|".join(lexicon.data("standing")[name]) + ")"


@cache
def words(name: str) -> re.Pattern[str]:
    """The listed words, each whole, as a compiled expression."""
    return re.compile(rf"\b{either(name)}\b")


@cache
def word_set(name: str) -> frozenset[str]:
    """The listed words as a set."""
    return frozenset(lexicon.data("standing")[name])


def clause_before(before: str) -> str:
    """The part of a sentence since its last break: where a denial or a supposition still holds."""
    before = before[-_FARTHEST:]
    cut = 0
    for mark in _BREAK.finditer(before):
        cut = mark.start() if mark.group()[0].isalpha() else mark.end()
    return before[cut:]


def _negated(clause: str, named: str, after: str) -> bool:
    for cue in _NEGATION.finditer(clause + " "):
        if _NOT_NEGATION.match(clause, cue.start()):
            continue
        word = cue.group("no")
        between = re.findall(r"[\w'-]+|,", clause[cue.end() :])
        if word in ("never", "not", "n't", "no") and (
            {"so", "such", "like"} & set(between[:4]) or (word == "never" and _BEFORE_NOW.search(after))
        ):
            continue
        if word == "without" and re.search(
            r"\b(?:can't|cannot|can hardly|can barely|couldn't|unable|never|not|no longer|impossible|n't)\b",
            clause[: cue.start()],
        ):
            continue
        while between and between[-1] in _DETERMINERS and "," in between:
            between.pop()
        if word in _OF_NOUNS and between[-1:] == [","] and _is_said(clause, named, after):
            continue
        inability = word in ("n't", "not") and _INABILITY.search(clause[: cue.start()])
        if word == "nothing" and between[:1] in (["goes"], ["went"], ["ever"], ["has"]):
            between = between[1:]
        if inability and not between and clause[: cue.start()].endswith(("ca", "could", "can ", "could ")):
            continue  # "can't | bear the light"
        if (inability or word == "nothing") and "," in between:
            continue  # "she can't get her breath, with a rash" denies no rash
        if _reaches(between, listing=word not in ("not", "n't", "nothing")):
            return True
    return False


def _is_said(clause: str, named: str, after: str) -> bool:
    """Whether what follows a comma after a "no" is a new statement, not the next of the list: "no fever, breathing worse"."""
    if _OR.match(after):
        return False
    each_denied = len(re.findall(r"\bno\b", clause)) > 1  # "no fever, no cough, choking on fluids"
    return bool(each_denied or STATED.match(named) or _GOES_ON.match(after))


# A list of denied nouns ends where an adjective or a statement begins.
_DETERMINERS = frozenset(
    [
        "both",
        "left",
        "right",
        "all",
        "one",
        "new",
        "very",
        "marked",
        "increasing",
        "increasingly",
        "also",
        "still",
        "more",
    ]
)
_OF_NOUNS = ("no", "nil", "without", "zero", "none")
STATED = re.compile(
    r"(?:breathless|short of breath|out of (?:breath|puff)|(?:increasingly |very |more |so )?(?:dyspn\w*ic|orthopn\w*ic)|can't|cannot"
    r"|could not|couldn't|can (?:hardly|barely)|unable|struggl\w*|suicidal|paralysed|weaker)\b"
    r"|.*\b(?:worse|worsening|harder|weaker|is|are|has|have|become|feels?|getting|can't|cannot|won't|gave|gives?"
    r"|went|lost|uncomfortable|laboured)\b"
)
_INABILITY = re.compile(r"\b(?:ca|could|wo|can |could |will )$")
_GOES_ON = re.compile(
    r"\s*(?:present|noted|positive|evident|\+)|"
    r"(?:\s+\w+){0,2}?\s+(?:is|are|has|getting|gets|worse\w*|spreading|increasing|progress\w*"
    r"|since (?:yesterday|last night|this morning|the weekend|\w+day))\b(?! (?:fine|normal|not|ok|absent|negative|well|good))"
)
_OR = re.compile(r"[^.;]{0,40}\b(?:or|nor)\b")


def _reaches(between: list[str], *, listing: bool) -> bool:
    """Whether a denial still holds after these words: light words, or a list of things denied together."""
    in_list = listing
    for index, word in enumerate(between):
        if word in (",", "or", "nor"):
            in_list = True
        if word in word_set("light") or word == ",":
            continue
        if word in word_set("block") or index > 24:
            return False
        if not in_list:
            # "not short of breath or dizzy": an adjective may follow, one word only.
            if {"or", "nor", ","} & set(between[index + 1 : index + 5]):
                in_list = True
                continue
            return False
    return True


_TAKEN_BACK = re.compile(
    r"\b(?:without|no|not a|never a|never any|not any|nor|isn't a|wasn't a|hardly any|never|not"
    r"|n't) (?:\w+ ){0,2}(?:affected|involved|impaired|compromised|problems?|trouble|difficult\w*"
    r"|issues?|worse|weak\w*|pain|bother|discomfort|sudden)\b"
)


_NOT_SO = re.compile(
    r"(?:\bnot|n't|\bnever) (?:droop\w*|drop|swell|swollen|slur\w*|sag|spread\w*|hurt\w*|ache|painful|tight\w*)\b"
)


# "They thought I'd had a stroke, but the tests ruled it out."
_ONCE_THOUGHT = re.compile(r"\b(?:thought|suspected|feared|wondered|queried|believed|assumed)\b[^.;]{0,40}$")
_RULED_OUT = re.compile(
    r"^[^.;]{0,60}\b(?:ruled (?:it|that|this) out|(?:it|that|this) was (?:ruled out|excluded)|turned out (?:to be|not)"
    r"|(?:scans?|tests?|mri|ct|doppler|ultrasound) (?:\w+ ){0,2}(?:was|were|is|came back|showed) (?:all )?(?:clear|normal|negative|fine|nothing))\b"
)


def denied(sentence: str, start: int, end: int) -> bool:
    """Whether `sentence[start:end]` is said not to be so."""
    after = sentence[end:]
    return bool(
        _negated(clause_before(sentence[:start]), sentence[start:end], after)
        or _DENIED_AFTER.match(after)
        or (_ONCE_THOUGHT.search(sentence, 0, start) and _RULED_OUT.match(after))
        or _TAKEN_BACK.search(sentence, start, end)
        or _NOT_SO.search(sentence, start, end)
    )
