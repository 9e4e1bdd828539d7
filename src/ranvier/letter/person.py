"""Who the letter is about: age, sex, work, and whether the writer speaks for somebody else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from ranvier.case import Patient

from .durations import WORD_NUMBER, word_number
from .text import Sentence

_N = rf"(?P<age>\d{{1,3}}|{WORD_NUMBER})"
_AGES = [
    re.compile(rf"\b(?:man|woman|lady|gentleman|patient|girl|boy|farmer|teacher|person|widow|widower) of {_N}(?: years)?\b"),
    re.compile(r"\b(?P<age>\d{2})\s?(?:yrs?|years?)[ ,/]+(?:old )?(?:m|f|male|female|man|woman|lady|gentleman|driver|retired)\b"),
    re.compile(r"\b(?:male|female|man|woman|pt|patient|mr\.? \w+(?: \w+)?|mrs\.? \w+(?: \w+)?|ms\.? \w+(?: \w+)?|\w+ petrovi\w+),? (?P<age>\d{2})(?: years| yrs)?(?=[,.;]| years| yrs| with)"),
    re.compile(r"(?:^|[.\n] ?)(?:nan|gran|mum|dad|mother|father|granny|grandad|wife|husband),? \(?(?P<age>\d{2})\)?,"),
    re.compile(r"\b(?:wife|husband|mother|father|mum|mom|dad|son|daughter|brother|sister|partner) is (?:now )?(?P<age>\d{2})(?=[\s,.;)])(?! (?:weeks|months|days|kg))"),
    re.compile(r"(?:^|[.!?] )at (?P<age>\d{2}),? (?:i|he|she|my)\b"),
    re.compile(r"^(?:pt |patient )?(?P<age>\d{2}), "),
    re.compile(r"\((?:she's|he's|she is|he is|aged)? ?(?P<age>\d{2})\)"),
    re.compile(r"\b(?:who is|he is|she is|he's|she's) (?P<age>\d{2})(?=[\s,.)])(?! (?:weeks|months|days|kg|stone|feet|minutes))"),
    re.compile(rf"\b{_N}[\s-]{{0,2}}(?:years?|yrs?|yr\.?|y)\.?[\s-]{{0,2}}(?:old|of age|o)\b"),
    re.compile(rf"\b{_N}\s?(?:yo|y/o|y\.o\.?|yof|yom|y/o[fm])\b"),
    re.compile(rf"\b(?:aged|age:?|i am|i'm|im|he is|he's|she is|she's|just turned|who is|now|turned|turning)\s(?:now |only |just |nearly |almost |about )?{_N}(?=\s*(?:[,.;)]|and\b|now\b|with\b|from\b|who\b|i\b|male|female|years?\b|yrs?\b|in\b|next\b|this\b|-|—|or so|$))"),
    re.compile(rf"\b(?:man|woman|lady|gentleman|husband|wife|mother|father|mum|dad|brother|sister|son|daughter|partner|male|female|patient|dentist|teacher|farmer|nurse|pt)\s?[,(]\s?(?:aged\s)?{_N}(?=\s?[,).;]|\s)"),
    re.compile(r"\(\s?(?P<age>\d{2})\s?[,/ ]?\s?[mf]\s?\)"),
    re.compile(r"\b(?P<age>\d{2})\s?/?\s?[mf]\b(?=[\s,.])"),
    re.compile(r"\b(?P<age>\d{2})[- ](?:m|f|male|female|man|woman)\b(?!/)"),
]  # fmt: skip
_AGE_THEN = re.compile(
    rf"\b(?:i|he|she) was {_N}(?: years old| when)?(?:[^.?!]{{0,60}}?)(?P<ago>\d{{1,2}}|{WORD_NUMBER}) years ago"
)
_NOT_THE_AGE = re.compile(
    r"(?:when|since|until|till|by|at|before|after) (?:i|he|she) (?:was|turned|were) (?:about |around )?$|(?:at|from|since|before|after|by|until) (?:the )?(?:age(?: of)?|aged?) $|onset $|(?:control|subject|friend|neighbou?r)[^.]{0,30}$|(?:at|until|died|dead) (?:the )?(?:age(?:d)?(?: of)?)? ?$"
)
_FEMALE = re.compile(
    r"\b(?:she|her|hers|woman|lady|female|mrs|ms|miss|mother|mum|mom|wife|sister|daughter|girl|girlfriend|aunt|grandmother|gran|nan|herself)\b"
)
_MALE = re.compile(
    r"\b(?:he|him|his|man|gentleman|male|mr|father|dad|husband|brother|son|boy|boyfriend|uncle|grandfather|grandad|himself|bloke|chap)\b"
)
_SELF_SEX = re.compile(
    r"\b(?:i am|i'm|im|as) (?:an? |the |just an? |now an? )?(?:[\w'-]+[\s,]+){0,6}?(?P<word>woman|lady|female|man|gentleman|male|guy|bloke|mother|father|mum|mom|dad|grandmother|grandfather|housewife|wife|husband|widow|widower|girl|boy|pregnant|fisherman|businesswoman|businessman|policeman|policewoman|postman|waitress|waiter|midwife|actress|nun|priest)\b"
    r"|\b\d{2}[\s-]*(?:years?|yrs?|yr|y)[\s-]*(?:old|o)[\s-]+(?:[\w'-]+[\s,]+){0,4}?(?P<word2>woman|lady|female|man|gentleman|male|housewife|mother|father|girl|boy)\b"
    r"|\b\d{2}\s?(?:yo|y/o)\s?(?P<word3>m|f|male|female|man|woman|lady|gentleman)\b|\(\s?\d{2}\s?[,/ ]?\s?(?P<word4>[mf])\s?\)|\b\d{2}\s?/?\s?(?P<word5>m|f)\b(?=[\s,.])"
)
_FEMALE_WORDS = frozenset(
    [
        "woman",
        "lady",
        "female",
        "mother",
        "mum",
        "mom",
        "grandmother",
        "housewife",
        "wife",
        "widow",
        "girl",
        "pregnant",
        "businesswoman",
        "policewoman",
        "waitress",
        "midwife",
        "actress",
        "nun",
        "f",
    ]
)
_SELF_PREGNANT = re.compile(
    r"\b(?:i am|i'm|while|when i was|during my|my) (?:\w+ )?(?:pregnan(?:t|cy)|periods?|menopause|husband'?s wife)\b"
)
_OCCUPATION = re.compile(
    r"\b(?:i am|i'm|im|i work as|i worked as|works? as|worked as|work as|he is|she is|who is|employed as|job as|career as|retired from (?:my|his|her) job as)(?: \d{2}[\w -]{0,14}?(?:old)?,?)?(?: and)? (?:an? |the )?(?P<job>(?:retired |former |self-employed |part-time |primary |secondary |school |music |dental |office |bus |taxi |lorry |truck |civil |software |business |shop |factory |construction |bank |police |fire |hotel |sales )*(?:teacher|executive|nurse|farmer|carpenter|joiner|electrician|plumber|mechanic|driver|dentist|surgeon|hygienist|pianist|violinist|guitarist|musician|engineer|accountant|lawyer|solicitor|secretary|typist|chef|cook|baker|butcher|hairdresser|barber|gardener|builder|bricklayer|welder|painter|decorator|plasterer|tailor|seamstress|clerk|manager|programmer|developer|student|pharmacist|vet|doctor|gp|postman|policeman|policewoman|police officer|soldier|pilot|fisherman|librarian|journalist|writer|artist|potter|photographer|architect|scientist|researcher|cleaner|carer|waiter|waitress|cashier|assistant|technician|machinist|operator|warehouseman|labourer|owner|shopkeeper|salesman|officer|servant|consultant|designer|editor|professor|lecturer|priest|vicar|pastor|housewife|homemaker|bookkeeper|jeweller|watchmaker|tiler|roofer|glazier|miner|sailor|administrator|receptionist|worker))\b"
)
_OCCUPATION_BARE = re.compile(r"\b\d{2}[\s-]*(?:years?|yrs?|yr|y)?[\s-]*(?:old|o)?,?[\s-]+(?:male |female |man |woman )?(?P<job>(?:retired |former |business |school |primary |music |office |bus |lorry |truck |taxi )*(?:teacher|executive|nurse|farmer|carpenter|joiner|electrician|plumber|mechanic|driver|dentist|pianist|violinist|engineer|accountant|lawyer|secretary|chef|baker|butcher|hairdresser|gardener|builder|welder|tailor|clerk|manager|programmer|student|postman|librarian|potter|architect|cleaner|fisherman|electrician|hygienist|seamstress|pharmacist|machinist|administrator|receptionist|owner|worker))\b")  # fmt: skip
_CARER = re.compile(
    r"\b(?:my|our) (?:\w+ )?(?P<kin>husband|wife|partner|spouse|mother|father|mum|mom|dad|son|daughter|brother|sister|grandmother|grandfather|gran|nan|grandad|uncle|aunt|boyfriend|girlfriend|fianc[eé]e?|child|boy|girl)(?:'s|\b)"
)
_CARER_SIGNS = re.compile(
    r"^(?: \(\d{2}\)|, \d{2},)?(?:'s (?:\w+ )?(?:hands?|arms?|legs?|foot|feet|fingers?|wrist|grip|weakness|symptoms?|muscles?|thumb|calf|speech|swallowing|breathing|neurologist|doctor|treatment|infusions?|nerve|nerves|diagnosis|blood|tests?|emg)|,? (?:\w+ ){0,6}?(?:has|is|cannot|can't|can no longer|was (?:just |recently |first )?diagnosed|been|gets|keeps|suffers|struggles|trips|drops|takes|developed|started|began|noticed|complains|finds|needs|feels|had to|started to|says (?:his|her)|does not|doesn't|used to|could not|couldn't|lost|woke))"
)
_ON_BEHALF = re.compile(
    r"\b(?:on behalf of|writing (?:about|for|because)|ask(?:ing)? (?:about|for)|question (?:about|is about|concerns)|concerned about|worried about|concerning|regarding|advice for|help(?:ing)?|re:?|care for|look after|looking after|caring for) (?:my|our) (?:\w+ )?(?P<kin>husband|wife|partner|mother|father|mum|mom|dad|son|daughter|brother|sister|grandmother|grandfather|uncle|aunt|boyfriend|girlfriend)\b"
)
_FIRST_PERSON = re.compile(
    r"\b(?:my (?:own )?(?:\w+ )?(?:hands?|arms?|legs?|foot|feet|fingers?|wrists?|grip|weakness|symptoms?|muscles?|thumb|calf|calves|thighs?|neurologist|doctors?|nerves?|diagnosis|emg|blood|tests?|infusions?|strength|tongue|speech|mmn|gp)|i (?:have|had|am|was|feel|felt|get|got|cannot|can't|can no longer|drop|trip|noticed|suffer|lost|take|need|started|began|woke|used to|developed)|i've|i'm|me to|given me|told me|mine|neither of us|i'm not|i am not)\b"
)
_ALSO = re.compile(
    r"\b(?:too|also|as well|same (?:thing|problem|disease|illness)|likewise|died|passed away|late)\b"
)


def patient(
    normal: str, parts: Sequence[Sentence], *, kin_is_patient: frozenset[str], today: date
) -> Patient:
    """Age, sex and work of the person the letter is about; None where it does not say."""
    text = normal[parts[0].start : parts[-1].end] if parts else ""
    age = _age(text, kin_is_patient)
    return Patient(
        age_years=_age_at_birth_date(text, today) if age is None else age,
        sex=_sex(text, kin_is_patient),
        occupation=_occupation(text),
    )


_BORN = re.compile(
    r"\b(?:dob|date of birth|born(?: on)?)\W{0,3}(?P<day>\d{1,2})[./-](?P<month>\d{1,2})[./-](?P<year>(?:19|20)\d\d)\b"
)


def _age_at_birth_date(text: str, today: date) -> float | None:
    match = _BORN.search(text)
    if match is None:
        return None
    day, month, year = (int(match[name]) for name in ("day", "month", "year"))
    age = today.year - year - ((today.month, today.day) < (month, day))
    return age if 0 <= age <= 110 else None


def kin_who_is_patient(normal: str, parts: Sequence[Sentence]) -> frozenset[str]:
    """The words for kin that mean the patient: {"husband"} in a wife's letter about him, else none."""
    text = normal[parts[0].start : parts[-1].end] if parts else ""
    explicit = _ON_BEHALF.search(text)
    if explicit is not None:
        return _words_for(explicit["kin"])
    for match in _CARER.finditer(text):
        tail = text[match.end() - (2 if match.group().endswith("'s") else 0) : match.end() + 70]
        sentence_end = re.search(r"[.?!]", tail)
        stretch = tail[: sentence_end.start()] if sentence_end else tail
        if _CARER_SIGNS.match(stretch) and not _ALSO.search(
            text[max(0, match.start() - 6) : match.start()] + stretch
        ):
            own = len(_FIRST_PERSON.findall(text))
            theirs = len(re.findall(rf"\b{match['kin']}\b|\b(?:he|she|his|her|him)\b", text))
            if own == 0 or (own <= 3 and theirs > 2 * own):
                return _words_for(match["kin"])
    return frozenset()


def _words_for(kin: str) -> frozenset[str]:
    same = [
        {"mother", "mum", "mom", "mummy"},
        {"father", "dad", "daddy"},
        {"husband", "partner"},
        {"wife", "partner"},
    ]
    words = {kin} | set().union(*(group for group in same if kin in group))
    return frozenset(words | {word + "'s" for word in words} | {word + "s" for word in words})


_KIN_NAMED = re.compile(
    r"\b(?:(?:my|our|his|her|the) (?:\w+ )?|^\W*)(?P<kin>husband|wife|partner|mother|father|mum|mom|dad|son|daughter|brother|sister|grandmother|grandfather|gran|nan|grandad|uncle|aunt|cousin|neighbou?r|friend|colleague)(?:'s|\b)"
)


def _age(text: str, kin: frozenset[str]) -> float | None:
    then = _AGE_THEN.search(text)
    if then is not None:
        age, ago = word_number(then["age"]), word_number(then["ago"])
        if age is not None and ago is not None and age + ago <= 110:
            return int(age + ago)
    for pattern in _AGES:
        for match in pattern.finditer(text):
            head = text[max(0, match.start() - 40) : match.start()]
            sentence = text[text.rfind(".", 0, match.start()) + 1 : match.start()]
            about = _KIN_NAMED.search(sentence + text[match.start() : match.start() + 12])
            if about is not None and about["kin"] not in kin:
                continue
            if _NOT_THE_AGE.search(head) or re.search(
                r"\b(?:grade|score|mrc|igg|dose|week|chapter|room|flat|number)\s$", head
            ):
                continue
            age = word_number(match["age"])
            if age is not None and 1 <= age <= 110:
                return int(age)
    return None


def _sex(text: str, kin: frozenset[str]) -> str | None:
    if kin:
        word = next(iter(sorted(kin - {"partner"}, key=len)), "")
        if _FEMALE.search(word):
            return "female"
        if _MALE.search(word):
            return "male"
    own = _SELF_SEX.search(text)
    if own is not None:
        word = next(group for group in own.groups() if group)
        return "female" if word in _FEMALE_WORDS else "male"
    if _SELF_PREGNANT.search(text):
        return "female"
    spoken_of = len(re.findall(r"\b(?:he|she|him|himself|herself)\b", text))
    by_another = spoken_of >= 3 and not _OWN_BODY.search(text)
    if (
        _FIRST_PERSON.search(_CLINICIAN_SAYS.sub(" ", text))
        and not _THIRD_PERSON.search(text)
        and not by_another
    ):
        return (
            "male"
            if re.search(r"\bmy wife\b", text)
            else "female"
            if re.search(r"\bmy husband\b", text)
            else None
        )
    named = _NAMED_SEX.search(text)
    if named is not None:
        return "female" if named["female"] or named["f2"] or named["f3"] else "male"
    bare = _BARE_SEX.search(text)
    if bare is not None:
        return "female" if (bare["word"] or bare["word2"]).startswith("f") else "male"
    told = " ".join(part for part in re.split(r"(?<=[.?!])\s", text) if not _SOMEONE_ELSE.search(part))
    if re.search(r"\b(?:weeks?|currently|is) pregnant\b|\bg\dp\d\b", told):
        return "female"
    whose = [match["whose"] for match in _SOMEONE_ELSE.finditer(text)]  # "his mother": he is who is spoken of
    women = len(re.findall(r"\b(?:she|her|hers|herself)\b", told)) + whose.count("her")
    men = len(re.findall(r"\b(?:he|his|him|himself)\b", told)) + whose.count("his")
    if women == men:
        title = re.match(r"\W*(?:re:? )?(?:mr|(?P<female>mrs|ms|miss))\b", text)
        return None if title is None else "female" if title["female"] else "male"
    return "female" if women > men else "male"


_CLINICIAN_SAYS = re.compile(
    r"\bi (?:have|had|am|was|started|noticed|felt|get|need)(?: (?:not|now|also|therefore|since|again|today|already|just))* (?:started|referred|seen|asked|concerned|grateful|arranged|explained|told|given|advised|sent|reviewed|examined|discussed|put|stopped|increased|prescribed|worried|inclined|minded|happy|pleased|writing|enclosing|him|her|this|these|the patient|mr|mrs|ms)\b"
)
_OWN_BODY = re.compile(
    r"\bmy (?:own )?(?:\w+ )?(?:hands?|arms?|legs?|foot|feet|fingers?|wrists?|grip|weakness|symptoms?|muscles?|thumb|calf|calves|thighs?|neurologist|speech|swallowing|breathing|mmn)\b"
)
_BARE_SEX = re.compile(
    r"^\W*(?P<word>female|male)\b|\b\d{2} ?(?:yrs?|years?|yo|y/o)? ?/? ?(?P<word2>m|f|male|female)(?=[\s,.])"
)
_SOMEONE_ELSE = re.compile(
    r"\b(?P<whose>my|our|his|her|the|a|an)(?: (?:late|elder|older|younger|elderly|twin|maternal|paternal|old|best|next-door))* (?:mother|father|mum|mom|dad|son|daughter|brother|sister|grandmother|grandfather|gran|nan|grandad|uncle|aunt|cousin|neighbou?r|friend|colleague|chap|bloke|boss|nephew|niece)\b|^\W*(?:mum|dad|mom|nan|gran|grandad)\b"
)
_THIRD_PERSON = re.compile(r"\b(?:o/e|c/o|thank you for (?:seeing|referring)|this (?:\S+ ){0,4}(?:man|woman|lady|gentleman|patient)|the patient|pt|referr(?:al|ed)|re:)\b")  # fmt: skip
_NAMED_SEX = re.compile(
    r"\b(?:(?:this|a|the|pleasant|our) (?:[\w/-]+,? ){0,5}?(?:(?P<female>woman|lady|girl|housewife)|man|gentleman|boy)|re:? (?:mr|(?P<f2>mrs|ms|miss))|(?:mr|(?P<f3>mrs|ms|miss))\.? [a-z]+(?: [a-z]+)?,? (?:who|has|is|was|\d|\(|dob|presents))\b"
)


def _occupation(text: str) -> str | None:
    match = _OCCUPATION.search(text) or _OCCUPATION_BARE.search(text)
    return match["job"] if match else None
