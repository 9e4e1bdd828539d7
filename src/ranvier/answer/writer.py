"""Who writes (the patient, a carer, a clinician), and in which language: what an answer's tone needs and a case does not hold."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W\d_]+")
COMMON = (
    "the a an and or but i my me is are was were have has had it in on of to for with not no what how can do does if this "
    "that he she his her you your we they at from as be been will would could so very after before now"
)
ENGLISH = frozenset(COMMON.split())
CLINICAL = re.compile(
    r"\bthank you for (?:referring|seeing|asking)|\breferr(?:al of|ed by|ing this)\b|\bon examination\b|\bO/E\b|\b[HR]x\b"
    r"|\bthis (?:very )?(?:pleasant )?\d\d?[- ]year|\b\d\d ?(?:M|F|yo|y/o|yr old)\b|\bconsultant neurolog|\bGP partner\b|\bMRC \d"
    r"|\b(?:grateful|obliged) (?:if|for)\b|\bpatient (?:is|was|came|has|presents)\b",
    re.IGNORECASE,
)  # fmt: skip
FEWEST_WORDS = 12  # below this, too little to tell a language by [judgement]
ENGLISH_SHARE = (
    0.15  # English prose has about 0.4 to 0.5 of these words, other languages below 0.1 [judgement]
)
RELATION = (
    r"(?:husband|wife|partner|mother|mum|mom|father|dad|son|daughter|brother|sister|uncle|aunt|grandfather|grandmother"
    r"|boyfriend|girlfriend|friend)"
)
CARED_FOR = re.compile(rf"\bmy {RELATION}\b(?:'s|’s)?", re.IGNORECASE)
OWN = re.compile(r"\b(?:i have|i had|i've|i’ve|i am|i'm|i’m|i was|i got|my (?:own )?(?:\w+ )?(?:hand|foot|leg|arm|finger"
                 r"|fingers|wrist|thumb|grip|doctor|neurologist|symptoms|muscles|hands|feet|legs|arms|infusions?|ivig))\b",
                 re.IGNORECASE)  # fmt: skip
THEIRS = re.compile(r"\b(?:he|she|his|her|him)\b", re.IGNORECASE)
FEWEST_THEIRS = 3  # a relative mentioned once ("my father had ALS") does not make a carer [judgement]


def is_english(letter: str) -> bool:
    """Whether the words look English; short texts are given the benefit of the doubt."""
    letters = [character for character in letter if character.isalpha()]
    if len(letters) >= FEWEST_WORDS and sum(character.isascii() for character in letters) < len(letters) / 2:
        return False
    words = [word.lower() for word in WORD.findall(letter)]
    if len(words) < FEWEST_WORDS:
        return True
    return sum(word in ENGLISH for word in words) / len(words) >= ENGLISH_SHARE


def is_carer(letter: str) -> bool:
    """Whether the letter is written for a relative rather than for oneself.

    Example
        >>> is_carer("My husband has a weak hand. He cannot turn his key. Will he get worse?")
        True
        >>> is_carer("My father had ALS. I have a weak hand and I am afraid.")
        False
    """
    theirs = len(THEIRS.findall(letter))
    return (
        bool(CARED_FOR.search(letter)) and theirs >= FEWEST_THEIRS and theirs > 2 * len(OWN.findall(letter))
    )


def is_clinician(letter: str) -> bool:
    """Whether the letter is one clinician's to another: clinical turns of phrase, and no body of the writer's own.

    Example
        >>> is_clinician("Thank you for referring this 74-year-old man. On examination the grip is weak.")
        True
    """
    return len(CLINICAL.findall(letter)) > len(OWN.findall(letter))


def writer_of(letter: str) -> str:
    """Who writes: clinician, carer or patient."""
    if is_clinician(letter):
        return "clinician"
    return "carer" if is_carer(letter) else "patient"
