"""Words for a side of the body, less the "right now" and "left me" that are none."""

from __future__ import annotations

import re

from ranvier.terms import Side

_SIDE_WORDS = re.compile(
    r"(?<![\w'])(?:(?P<both>bilateral(?:ly)?|both|either side|two)|(?P<left>left(?:-?sided?|-?hand(?:ed)?)?|lt\.?|l)|(?P<right>right(?:-?sided?|-?hand(?:ed)?)?|rt\.?|r))(?![\w'])"
)
_FALSE_SIDE = re.compile(
    r"\b(?:right (?:now|away|up|down|through|after|before|at|thing|answer|diagnosis|treatment|doctor|way|direction|person|track|place|time|to|and proper|out of)|(?:all|is that|am i|is it|that's|not|be|put it|got it|yeah|just|the|it) right(?=[\s.,?!]*$)|all right|right[?!]|(?:work|works|working|worked|go|goes|function|bend|grip) right|right-?handed|left-?handed|left (?:me|him|her|us|untreated|with|the|alone|out|my job|work|behind|school|hospital|it|unable|for|off|in|on|to)|(?:was|been|is|have|has|had|be|what's|i|he|she|nothing|anything|much|power|strength) left(?! (?:hand|arm|leg|foot|wrist|side|calf|thigh|ankle|fingers?|thumb|knee|shoulder|face|grip|ulnar|median|radial|peroneal|upper|lower))|right handed|left handed|both(?= of (?:us|them|my (?:parents|brothers|sisters|children|doctors)))|both (?:doctors?|parents?|my parents|brothers|sisters|neurologists?|reports?|times|tests?|occasions|gps|the|drugs)|two (?:years?|months?|weeks?|days?|doctors?|children|kids|nerves|hours|times|courses?|infusions?|different|others?|neurologists?|or|operations|occasions|more|surgeons|opinions|sisters|brothers|sons|daughters))"
)
_ANAPHOR = re.compile(
    r"\b(?:same|that|this|whole|affected) (?:hand|arm|leg|foot|side|limb|wrist|calf|thigh|ankle|fingers?|thumb|forearm|knee|shoulder)\b"
)
_BODY = r"(?:hands?|arms?|legs?|foot|feet|wrists?|calf|calves|thighs?|ankles?|fingers?|thumbs?|forearms?|knees?|shoulders?|limbs?|sides?|grip|face|toes?|eyelids?|eyes?)"


def side_words(normal: str, *, start: int, end: int) -> list[tuple[int, int, Side]]:
    """Every word for a side in a stretch: start, end, side; "right now" and "left me" are not among them."""
    false = [
        match.span() for match in _FALSE_SIDE.finditer(normal, max(0, start - 10), min(len(normal), end + 12))
    ]
    found = []
    for match in _SIDE_WORDS.finditer(normal, start, end):
        if any(low <= match.start() < high for low, high in false):
            continue
        word = match.group()
        if word == "two" and not re.match(rf" {_BODY}\b", normal[match.end() :][:14]):
            continue
        side = Side.BOTH if match["both"] else Side.LEFT if match["left"] else Side.RIGHT
        if word in ("l", "r") and normal[match.start() - 1 : match.start()] == "/":
            continue  # "g/L", "U/L"
        if word in ("l", "r") and re.match(
            r"[-/]?\d|\.\d|5|s1", normal[match.end() : match.end() + 2].strip()
        ):
            continue
        found.append((match.start(), match.end(), side))
    return found


def refers_back(normal: str, *, start: int, end: int) -> bool:
    """Whether a stretch says "the same hand", "that side"."""
    return _ANAPHOR.search(normal, start, end) is not None
