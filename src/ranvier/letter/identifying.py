"""Words by which a writer, or anyone in the letter, could be recognised: kept out of answers and logs.

Names are found by what stands beside them (a title, "my wife", a salutation, the place of a signature), not by lists of
names; diseases called after people, months and drugs are not names (`lexicon/identifying.toml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.case import IdentifyingDetail
from ranvier.terms import Span
from ranvier.terms.vocabulary import read_toml

LEXICON = Path(__file__).parent / "lexicon" / "identifying.toml"

_CAPITAL = r"[A-ZÀ-ÖØ-ÞŁŚŠŽČĆĐ]"
_NAME_WORD = (
    rf"(?:(?:O['’]|Mc|Mac|D['’]|de |van |von |van der |al-|el-|bin |da |di |le "
    rf"|la )?{_CAPITAL}[^\W\d_]+(?:['’-]{_CAPITAL}?[^\W\d_]+)*)"
)
_INITIAL = rf"(?:{_CAPITAL}\.(?:[ -]?{_CAPITAL}\.)*|{_CAPITAL}{{1,3}}(?=\s{_CAPITAL}[^\W\d_]))"
_FULL_NAME = (
    rf"(?:(?:{_INITIAL}|{_NAME_WORD})(?:[ \u00a0](?:{_INITIAL}"
    rf"|{_NAME_WORD})){{0,3}}(?:[ ]{_CAPITAL}\.(?=\s|$|,))?)"
)
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    rf"(?:\d{{1,2}}[./\- ]\d{{1,2}}[./\- ]\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:st|nd|rd"
    rf"|th)?(?: of)? {_MONTH},? \d{{2,4}}|{_MONTH}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{2,4}})"
)

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_BIRTH = re.compile(
    rf"\b(?:d\.?\s?o\.?\s?b\.?|date of birth|birth ?date|birthday|born(?: on)?|b\.)\s*(?:is|was|:|-"
    rf"|=)?\s*(?P<date>{_DATE})",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\b(?:nhs|chi|mrn|ssn|hospital|patient|record|unit|case|clinic|medicare|medicaid|insurance|policy"
    r"|member(?:ship)?|social security|aadhaar|passport|national insurance|ni|health card|ohip"
    r"|ref(?:erence)?|hosp|id)"
    r"(?: (?:record|id|security|card|ref))?\.?\s*(?:no|nr|num|number|id|#|№)?\.?\s*(?:is"
    r"|was)?\s*[:#=-]?\s*(?P<id>(?=[A-Z0-9/ -]*\d)[A-Z0-9]{1,10}(?:[ /-]?[A-Z0-9]{1,10}){0,4})(?![\w])"
)
_NUMBERED_ANY_CASE = re.compile(
    _NUMBERED.pattern.replace(r"\b(?:nhs", r"\b(?i:nhs").replace(r"(?:no|nr", r"(?i:no|nr")
)
_BARE_NUMBER = re.compile(
    r"\b(?:\d{3}-\d{2}-\d{4}|\d{3} \d{3} \d{4}|[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D])\b"
)
_PHONE = re.compile(
    r"(?<![\w/.-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,5}\)[ .-]?)?\d{2,5}(?:[ .-]\d{2,5}){1,4}(?![\w/-])"
    r"|(?<![\w/.-])\+?\d{10,13}(?![\w/-])"
)
_PHONE_CUE = re.compile(
    r"(?:phone|tel|telephone|mobile|mob|cell|call(?: me)?(?: on| at)?|ring(?: me)?(?: on)?|fax"
    r"|text(?: me)?(?: on| at)?|whatsapp|number is|reach me (?:on|at))\.?\s*:?\s*$",
    re.IGNORECASE,
)
_POSTCODE = r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|(?:[A-Z]{2} )?\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d)"
_EMPLOYER = re.compile(
    rf"\b(?:[Ww]ork(?:s|ed|ing)?(?: as an? [\w ]{{2,30}}?)? (?:at|for|with)|[Ee]mployed (?:by|at)"
    rf"|(?:driver|teacher|nurse|manager|engineer|fitter|clerk|cook|guard|cleaner|mechanic|accountant"
    rf"|electrician|officer|welder|supervisor) (?:for|at|with)|[Ee]mployer(?: is|:)?|job (?:at|with)"
    rf"|retired from|[Ss]elf-employed at)"
    rf" (?:the )?(?P<employer>{_CAPITAL}[\w'’.-]*(?: (?:(?:&|and|of) )?[A-Z][\w'’.-]*)*(?<![ .,]))"
)
_INTRODUCED = re.compile(
    rf"\b(?i:my name is|my name's|name is|i am called|i'm called|patient(?: name)?:|name:|known as"
    rf"|surname:?|from:)[ ]+(?P<name>{_FULL_NAME})"
)
_ABOUT = re.compile(rf"(?m)^[ \t]*(?:RE|Re|re|Ref|Regarding|Patient)\s*[:.-]\s*(?P<name>{_FULL_NAME})")
_NEVER_AN_ID = re.compile(r"^(?:\d{1,3}|(?:19|20)\d\d)$")


@cache
def _words() -> dict[str, Any]:
    return read_toml(LEXICON)


@cache
def _no_names() -> frozenset[str]:
    closings = {word.capitalize() for closing in _words()["closings"] for word in closing.split()[:1]}
    return frozenset(_words()["not_names"].split()) | closings


@cache
def _title_words() -> frozenset[str]:
    return frozenset(_words()["titles"])


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))


@cache
def _titled() -> re.Pattern[str]:
    return re.compile(
        rf"(?<!\w)(?:{_either(_words()['titles'])})\.?[ \u00a0]+(?:{_either(_words()['titles'])}\.?[ ]+)?(?P<name>{_FULL_NAME})"
    )


@cache
def _related() -> re.Pattern[str]:
    relations = _either(_words()["relations"])
    return re.compile(
        rf"\b(?i:my|our|his|her|their|a|the)(?: [a-z]+)? (?:{relations}),? (?:is called |called "
        rf"|named )?(?P<name>{_NAME_WORD}(?: {_NAME_WORD})?)(?!['’]s (?:disease|palsy|sign|syndrome))"
    )


@cache
def _greeted() -> re.Pattern[str]:
    return re.compile(
        rf"(?m)^[ \t]*(?i:dear|hi|hello|hey|good morning|good afternoon),? (?P<name>{_FULL_NAME})(?=\s*[,:;!.\n-]|$)"
    )


@cache
def _closing() -> re.Pattern[str]:
    return re.compile(
        rf"(?mi)(?:^|(?<=[.!?] )"
        rf"|(?<=[.!?]))[ \t]*(?:{_either(_words()['closings'])})\b[ \t]*(?:[,.!;:-]+[ \t]*|\n[\s]{{0,12}})(?=\S)"
    )


@cache
def _address() -> re.Pattern[str]:
    streets = _either(_words()["streets"])
    place = rf"(?:,\s*{_CAPITAL}[\w'’-]+(?: {_CAPITAL}[a-z][\w'’-]+){{0,2}}){{0,3}}(?:,?\s*{_POSTCODE})?"
    word = rf"(?:{_CAPITAL}[\w'’.-]+|y|of|the|de|la|du|am|an|der)"
    return re.compile(
        rf"\b(?:(?:Flat|Apt|Apartment|Unit|Suite"
        rf"|Room) ?\w{{1,4}},? )?\d{{1,5}}[A-Za-z]?,? (?:{word} ){{1,4}}?(?:{streets})\b\.?{place}"
        rf"|\b\d{{1,4}}[A-Za-z]?,? {_CAPITAL}[\w'’.-]+(?: {word}){{0,3}}, {_CAPITAL}[a-z][\w'’-]+(?:,? {_POSTCODE})?"
        rf"|(?:{_CAPITAL}[\w'’-]+ ){{1,3}}(?:{_either(_words()['homes'])})\b|P\.?\s?O\.? Box \d+"
        rf"|\b[A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}}\b"
        rf"|\b{_CAPITAL}[a-z]+(?: {_CAPITAL}[a-z]+)?, [A-Z]{{2}} \d{{5}}\b"
    )


def _numbers(text: str) -> Iterator[IdentifyingDetail]:
    for match in _EMAIL.finditer(text):
        yield IdentifyingDetail("email", Span(*match.span()))
    for match in _BIRTH.finditer(text):
        yield IdentifyingDetail("date_of_birth", Span(*match.span("date")))
    for match in _NUMBERED_ANY_CASE.finditer(text):
        given = match.group("id").strip()
        if not _NEVER_AN_ID.match(given) and sum(letter.isdigit() for letter in given) >= 4:
            yield IdentifyingDetail("id_number", Span(match.start("id"), match.start("id") + len(given)))
    for match in _BARE_NUMBER.finditer(text):
        if not _PHONE_CUE.search(text, max(0, match.start() - 24), match.start()):
            yield IdentifyingDetail("id_number", Span(*match.span()))
    for match in _PHONE.finditer(text):
        digits = sum(letter.isdigit() for letter in match.group())
        told = bool(_PHONE_CUE.search(text, max(0, match.start() - 24), match.start()))
        looks = match.group()[0] in "+0(" or re.fullmatch(r"\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}", match.group())
        if (9 <= digits <= 15 and (told or looks)) or (told and 7 <= digits <= 15):
            yield IdentifyingDetail("phone", Span(*match.span()))


def _places(text: str) -> Iterator[IdentifyingDetail]:
    for match in _address().finditer(text):
        first = re.sub(r"^[\d\w]{1,5},? ", "", match.group()).split(" ")[0].strip(",.")
        if (
            not re.match(rf"{_MONTH}\b", match.group().split(" ", 1)[-1], re.IGNORECASE)
            and first not in _no_names()
        ):
            yield IdentifyingDetail("address", Span(*match.span()))
    for match in _EMPLOYER.finditer(text):
        words = match.group("employer").split()
        if words[0] not in _no_names() or len(words) > 2:
            yield IdentifyingDetail("employer", Span(*match.span("employer")))


def _named(text: str) -> Iterator[Span]:
    for pattern in (_titled(), _related(), _greeted(), _INTRODUCED, _ABOUT):
        for match in pattern.finditer(text):
            yield from _as_name(text, *match.span("name"))
    yield from _signatures(text)


def _as_name(text: str, start: int, end: int) -> Iterator[Span]:
    """The words up to the first that is no name; nothing when the first is none, or all are capitals like MMN."""
    kept = start
    for match in re.finditer(r"[^ \u00a0]+", text[(first := start) : end]):
        word = match.group().rstrip(",.;:") if len(match.group()) > 2 else match.group()
        if kept == start and word.rstrip(".") in _title_words():
            start = kept = min(end, first + match.end() + 1)
            continue
        bare = re.sub(r"['’]s$", "", word)
        if (
            word in _no_names()
            or bare in _no_names()
            or (len(word) > 3 and word.isupper() and kept == start and "." not in word)
        ):
            break
        kept = first + match.end()
    name = text[start:kept]
    if len(re.sub(r"[\W\d_]", "", name)) >= 2:
        trimmed = re.sub(r"(?:['’]s|[,;:])$", "", name)
        if not re.fullmatch(r"[A-Z]{2,5}", trimmed):
            yield Span(start, start + len(trimmed))


def _signatures(text: str) -> Iterator[Span]:
    title = rf"(?:(?:{_either(_words()['titles'])})\.?[ ]+)?"
    name = re.compile(rf"[-–—~*\s]{{0,12}}{title}(?P<name>{_FULL_NAME})(?=\s*(?:$|\n|[,(/.;]|\s-))")
    for closing in _closing().finditer(text):
        if len(text) - closing.end() > 220 and "\n" not in closing.group():
            continue
        match = name.match(text, closing.end())
        if match:
            yield from _as_name(text, *match.span("name"))
        else:
            small = re.compile(r"(?P<name>[a-z]{2,12})\s*$").match(text, closing.end())
            if small:  # "cheers, kel"
                yield Span(*small.span("name"))
    lines = list(re.finditer(r"[^\n]+", text.rstrip()))
    for line in lines[-4:]:
        if len(lines) > 1 and len(line.group()) <= 90:
            match = name.match(text, line.start(), line.end())
            rest = line.group()[match.end() - line.start() :] if match else ""
            if (
                match
                and len(rest.split()) <= 6
                and not re.search(
                    r"[?!]|\b(?:I|is|are|was|has|have|my|the)\b",
                    line.group()[: match.end("name") - line.start() + 12],
                )
            ):
                yield from _as_name(text, *match.span("name"))
                for other in re.finditer(rf"/\s*{title}(?P<name>{_FULL_NAME})", line.group()):
                    yield from _as_name(
                        text, line.start() + other.start("name"), line.start() + other.end("name")
                    )
    dash = re.search(rf"[-–—]\s*{title}(?P<name>{_FULL_NAME})\s*(?:,[^\n,]{{2,30}})?\s*$", text)
    if dash:
        yield from _as_name(text, *dash.span("name"))


def find(text: str) -> tuple[IdentifyingDetail, ...]:
    """Find names, addresses, phone numbers, e-mail addresses, dates of birth, numbers of record and employers.

    Parameters
        text : A letter or note, as given.
    Returns
        In the order of the text and without overlap; a longer find wins over one inside it.
    Example
        >>> [detail.kind for detail in find("My wife Susan, DOB 04/07/1955, has MMN.")]
        ['name', 'date_of_birth']
    """
    rank = {
        "email": 0,
        "date_of_birth": 1,
        "id_number": 2,
        "phone": 3,
        "address": 4,
        "employer": 5,
        "name": 6,
    }
    text = re.sub(r"\S{81,}", lambda run: " " * len(run.group()), text)  # no detail is one word so long
    candidates = [
        *_numbers(text),
        *_places(text),
        *(IdentifyingDetail("name", span) for span in _named(text)),
    ]
    candidates.sort(key=lambda detail: (rank[detail.kind], -(detail.span.end - detail.span.start)))
    kept: list[IdentifyingDetail] = []
    for detail in candidates:
        if not any(detail.span.overlaps(other.span) for other in kept):
            kept.append(detail)
    return tuple(sorted(kept, key=lambda detail: detail.span))


def redact(text: str, details: Iterable[IdentifyingDetail]) -> str:
    """Put `[name]`, `[phone]` and so on in place of the details, and of every repetition of them.

    Parameters
        text : The text that `details` were found in.
        details : As `find` gives them.
    Returns
        The text without them; blanks and line breaks around them stay.
    """
    details = sorted(details, key=lambda detail: detail.span)
    pieces: list[str] = []
    done = 0
    for detail in details:
        if detail.span.start >= done:
            pieces += (text[done : detail.span.start], f"[{detail.kind}]")
            done = detail.span.end
    redacted = "".join((*pieces, text[done:]))
    for detail in details:
        words = detail.span.of(text).split() if detail.kind == "name" else [detail.span.of(text)]
        for word in (detail.span.of(text), *words):
            if len(word.strip(".,")) > 2:
                redacted = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", f"[{detail.kind}]", redacted)
    return redacted
