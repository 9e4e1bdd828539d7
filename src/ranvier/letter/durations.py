"""Stretches of time and dates in a text, in months before the day it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

_NUMBERS = {
    "a": 1.0, "an": 1.0, "one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0, "seven": 7.0, "eight": 8.0, "nine": 9.0,
    "ten": 10.0, "eleven": 11.0, "twelve": 12.0, "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "sixteen": 16.0, "seventeen": 17.0, "eighteen": 18.0,
    "nineteen": 19.0, "twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0,
    "couple": 2.0, "a couple": 2.0, "couple of": 2.0, "a couple of": 2.0, "half": 0.5, "half a": 0.5, "half an": 0.5, "one and a half": 1.5, "the last": 1.0, "the past": 1.0,
}  # fmt: skip
WEEKS_PER_MONTH = 4.345  # 365.25 / 12 / 7
DAYS_PER_MONTH = 30.4
_UNIT_MONTHS = {"day": 1 / DAYS_PER_MONTH, "week": 1 / WEEKS_PER_MONTH, "wk": 1 / WEEKS_PER_MONTH, "fortnight": 2 / WEEKS_PER_MONTH, "month": 1.0, "mth": 1.0, "mo": 1.0, "year": 12.0, "yr": 12.0, "decade": 120.0}  # fmt: skip
_MONTH_NAMES = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_MONTH_NAME = "|".join(_MONTH_NAMES)
_MONTH = {name: index for index, name in enumerate(_MONTH_NAMES, start=1)} | {
    name[:3]: index for index, name in enumerate(_MONTH_NAMES, start=1)
}
_MONTH["sept"] = 9
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = "one|two|three|four|five|six|seven|eight|nine"
WORD_NUMBER = rf"(?:(?:{_TENS})[- ](?:{_UNITS})|(?:{_TENS})|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|{_UNITS})"
_AMOUNT = rf"(?P<amount>\d+(?:[.,]\d+)?(?:\s?½)?|½|{WORD_NUMBER}|(?:a )?couple(?: of)?|half an?|an?)"
_UNIT = r"(?P<unit>days?|weeks?|wks?|fortnights?|months?|mths?|mos?|years?|yrs?|decades?)"
_QUANTITY = re.compile(
    rf"(?<![\w/.:-]){_AMOUNT}(?P<to>\s?(?:-|to|or)\s?(?:\d+|{WORD_NUMBER}))?(?P<half1> and a half)?[\s-]{{0,2}}(?:(?:long|full|whole|good|solid)\s)?{_UNIT}(?![\w])(?P<half2> and a half)?(?P<more>,? (?:and )?(?P<more_n>\d+|{WORD_NUMBER}) (?P<more_u>months?|weeks?))?"
)
_SHORTHAND = re.compile(r"(?<![\w/.:-])(?P<n>\d{1,3})\s?/\s?(?P<d>12|52|7)(?![\w/])")
_COMPACT = re.compile(r"(?<![\w/.:-])(?P<n>\d{1,2}(?:\.\d)?)\s?(?P<u>y|m|yo)(?= (?:hx|history|of|h/o|ago))")
_NOT_DURATION = re.compile(
    r"^[\s-]*(?:old\b|of age|aged\b|-old)|^[\s-]*(?:apart|at a time|intervals?)\b|^[\s-]{0,2}(?:later|after|before|earlier|following|cycles?|course)\b"
)
_EVERY = re.compile(
    r"(?:every|each|per|once every|q|within|over|by|during|up to|in|lasts?(?: about| for)?|next|another|after|first|at|aged?|about once in) (?:about |around |the |roughly |some )?$"
)
_SINCE_DATE = re.compile(
    r"\b(?P<lead>since|from|in|began in|started in|onset(?: in)?:?|as of|back in|around|after|of|on|until|dated?) (?:about |around |the |early |late |mid[- ]|\w+ (?:of|in) )*(?:(?P<day>\d{1,2})(?:st|nd|rd|th)? (?:of )?)?(?:(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?,? (?:of )?)?(?P<year>(?:19|20)\d\d)\b"
)
_SINCE_MONTH = re.compile(
    rf"\bsince (?:about |around |early |late |mid[- ]|last |this )*(?P<month>{_MONTH_NAME})\b(?!,? (?:of )?(?:\d{{4}}|last year))"
)
_NUMERIC_DATE = re.compile(r"\b(?:since|from|on|in|onset|dated?) (?P<m>\d{1,2})/(?P<y>(?:19|20)\d\d)\b")
_SINCE_AGE = re.compile(
    rf"\bsince (?:i|he|she) (?:was|turned) (?:about |around )?(?P<age>\d{{1,2}}|{WORD_NUMBER})\b(?!\s*(?:months?|weeks?|years? ago))"
)
_SINCE_AT_AGE = re.compile(rf"\b(?:since|from) (?:the )?age(?:d)?(?: of)? (?P<age>\d{{1,2}}|{WORD_NUMBER})\b")
_SINCE_YESTERDAY = re.compile(
    r"\bsince (?:yesterday|this morning|last night|today|the day before yesterday)\b"
)
RECENT_MONTHS = 3.0  # a day without a year that is longer ago than this may as well lie ahead [judgement]
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SINCE_WEEKDAY = re.compile(
    rf"\b(?:since|from) (?:last |this )?(?P<day>{'|'.join(_WEEKDAYS)})(?: night| morning)?\b(?! to\b)"
)
_LAST_WEEK = re.compile(r"\b(?:since )?last (?P<unit>week|month)\b(?! of\b)")
_DAY_OF_MONTH = re.compile(
    rf"\b(?P<lead>since|from|on) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<month>{_MONTH_NAME})\b(?!,? (?:of )?(?:\d{{4}}|last year))"
)
_OF_LAST_YEAR = re.compile(
    rf"\b(?:since|from|in|began in|started in) (?:about |around |early |late |mid[- ])*(?P<month>{_MONTH_NAME}) (?:of )?last year\b"
)
_FEASTS = {
    "new year": 1,
    "easter": 4,
    "christmas": 12,
    "xmas": 12,
    "diwali": 11,
    "ramadan": 3,
    "spring": 4,
    "summer": 7,
    "autumn": 10,
    "winter": 1,
}  # the month they are in, near enough [judgement]
_SINCE_FEAST = re.compile(
    rf"\b(?:since|from) (?:about |around |just (?:before|after) |before |after )?(?:the end of )?(?:the |this |(?P<last>last |the last ))?(?P<feast>{'|'.join(_FEASTS)})(?:'s)?(?: time)?\b(?! (?:of )?\d{{4}})(?P<before> (?:of )?last year\b)?"
)
_LAST_YEAR = re.compile(r"\b(?P<lead>since|began|started|from) last year\b")
_THIS_LONG = re.compile(
    r"\b(?:for|over|during|in) (?:about |almost |nearly )?(?:the )?(?:last|past) (?P<unit>year|month|week|fortnight|decade)\b(?! of\b)"
)


@dataclass(frozen=True)
class Duration:
    """A stretch of time named in the text, in months before now; `is_past_point` for "five months ago", "since 2019"."""

    start: int
    end: int
    months: float
    is_past_point: bool


def word_number(text: str) -> float | None:
    """A number in figures or words.

    Example
        >>> word_number("forty-five")
        45.0
    """
    words = text.strip().lower()
    if re.fullmatch(r"\d+(?:[.,]\d+)?", words):
        return float(words.replace(",", "."))
    if words in _NUMBERS:
        return _NUMBERS[words]
    if words == "½":
        return 0.5
    if re.fullmatch(r"\d+\s?½", words):
        return float(words.rstrip("½").strip()) + 0.5
    parts = re.split(r"[- ]", words)
    if len(parts) == 2 and all(part in _NUMBERS for part in parts):
        return _NUMBERS[parts[0]] + _NUMBERS[parts[1]]
    return None


def durations(
    normal: str, *, start: int, end: int, today: date, age_years: float | None
) -> tuple[Duration, ...]:
    """Every stretch of time in `normal[start:end]`, in months up to `today`."""
    found: list[Duration] = []
    for match in _QUANTITY.finditer(normal, start, end):
        months = _quantity_months(match)
        tail = normal[match.end() : match.end() + 14]
        head = normal[max(start, match.start() - 24) : match.start()]
        if (
            months is None
            or _NOT_DURATION.match(tail)
            or (_EVERY.search(head) and not _reaches_now(head, tail) and not _long_course(head, months))
        ):
            continue
        is_point = bool(re.match(r"\s*(?:ago|back|previously|prior|since)\b", tail))
        found.append(Duration(match.start(), match.end(), months, is_point))
    for match in _SHORTHAND.finditer(normal, start, end):
        scale = {"12": 1.0, "52": 1 / WEEKS_PER_MONTH, "7": 1 / DAYS_PER_MONTH}[match["d"]]
        found.append(
            Duration(
                match.start(),
                match.end(),
                round(float(match["n"]) * scale, 1),
                "ago" in normal[match.end() : match.end() + 5],
            )
        )
    for match in _COMPACT.finditer(normal, start, end):
        months = float(match["n"]) * (12 if match["u"].startswith("y") else 1)
        found.append(
            Duration(match.start(), match.end(), months, "ago" in normal[match.end() : match.end() + 5])
        )
    for match in _THIS_LONG.finditer(normal, start, end):
        found.append(Duration(match.start(), match.end(), round(_UNIT_MONTHS[match["unit"]], 1), False))
    found.extend(_calendar(normal, start, end, today))
    if age_years is not None:
        for match in (*_SINCE_AGE.finditer(normal, start, end), *_SINCE_AT_AGE.finditer(normal, start, end)):
            age = word_number(match["age"])
            if age is not None and age < age_years:
                found.append(Duration(match.start(), match.end(), (age_years - age) * 12, True))
    found.extend(
        Duration(m.start(), m.end(), 0.0, True) for m in _SINCE_YESTERDAY.finditer(normal, start, end)
    )
    found.sort(key=lambda item: item.start)
    return tuple(item for item in found if 0 <= item.months < 1200)


def _reaches_now(head: str, tail: str) -> bool:
    """Whether a stretch runs up to now: "over the last two years", "two days ago", "over three years"."""
    if re.search(
        r"(?:over|in|for|within|during) (?:about |around |roughly )?(?:the |these )?(?:last|past|previous) $",
        head,
    ):
        return True
    return re.match(r"\s*ago\b", tail) is not None


def _long_course(head: str, months: float) -> bool:
    """ "Becoming thin over 3 years" has lasted three years; "over four days" tells how fast it came."""
    return (
        months >= 2
        and re.search(r"(?:over|for|during) (?:about |around |roughly |some |the )*$", head) is not None
    )


def _quantity_months(match: re.Match[str]) -> float | None:
    amount = word_number(match["amount"].replace(",", "."))
    if amount is None:
        return None
    if match["half1"] or match["half2"]:
        amount += 0.5
    unit = re.sub(r"s$", "", match["unit"])
    months = amount * _UNIT_MONTHS[unit]
    if match["more"]:
        extra = word_number(match["more_n"])
        if extra is not None:
            months += extra * _UNIT_MONTHS[re.sub(r"s$", "", match["more_u"])]
    return round(months, 1)


def _calendar(normal: str, start: int, end: int, today: date) -> list[Duration]:
    found = []
    for match in _SINCE_DATE.finditer(normal, start, end):
        year = int(match["year"])
        month = _MONTH.get(match["month"][:3]) if match["month"] else None
        months = (today.year - year) * 12 + (today.month - month if month else 0)
        if months >= 0:
            found.append(Duration(match.start(), match.end(), float(months), True))
    for match in _SINCE_MONTH.finditer(normal, start, end):
        months = (today.month - _MONTH[match["month"][:3]]) % 12
        if "last " in match.group() and months == 0:
            months = 12
        found.append(Duration(match.start(), match.end(), float(months), True))
    for match in _NUMERIC_DATE.finditer(normal, start, end):
        month = int(match["m"])
        if 1 <= month <= 12:
            months = (today.year - int(match["y"])) * 12 + today.month - month
            if months >= 0:
                found.append(Duration(match.start(), match.end(), float(months), True))
    for match in _SINCE_WEEKDAY.finditer(normal, start, end):
        days_ago = (today.weekday() - _WEEKDAYS.index(match["day"])) % 7 or 7
        found.append(Duration(match.start(), match.end(), round(days_ago / DAYS_PER_MONTH, 1), True))
    for match in _LAST_WEEK.finditer(normal, start, end):
        found.append(Duration(match.start(), match.end(), round(_UNIT_MONTHS[match["unit"]], 1), True))
    for match in _DAY_OF_MONTH.finditer(normal, start, end):
        day, month = int(match["day"]), _MONTH[match["month"][:3]]
        since = round(((today.month - month) + (today.day - day) / DAYS_PER_MONTH) % 12, 1)
        if 1 <= day <= 31 and (match["lead"] != "on" or since <= RECENT_MONTHS):  # "I see her on 20 December"
            found.append(Duration(match.start(), match.end(), since, True))
    for match in _OF_LAST_YEAR.finditer(normal, start, end):
        months = 12 + today.month - _MONTH[match["month"][:3]]
        found.append(Duration(match.start(), match.end(), float(months), True))
    for match in _SINCE_FEAST.finditer(normal, start, end):
        months = (today.month - _FEASTS[match["feast"]]) % 12
        if match["before"]:
            months = today.month - _FEASTS[match["feast"]] + 12
        elif match["last"] and months == 0:
            months = 12
        found.append(Duration(match.start(), match.end(), float(months), True))
    for match in _LAST_YEAR.finditer(normal, start, end):
        found.append(Duration(match.start(), match.end(), 12.0, True))
    return found
