"""Where the reader's letter lies in a page, and where an older published answer does.

By structure alone: salutations, labels such as `Q:`, the marks by which answers begin, signatures, and page furniture.
A bare letter or a clinician's note has none of an answer's marks and is returned whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ranvier.terms import LetterError, Span

_START = r"(?m:^)[ \t>*#_\"“'-]*"
_READER = (
    r"(?:doctor|doctors|dr\.?|doc|editor|sir|sirs|madam|expert|experts|professor|prof\.?|team"
    r"|neurologist|panel|specialist|colleague|all|everyone|friends|forum|folks|ask[- ]the[- ]\w+)"
)
_TITLE = (
    r"(?:dr\.?|doctor|prof\.?|professor|nurse|mr\.?|mrs\.?|ms\.?|our (?:\w+ )?(?:doctor|expert"
    r"|neurologist|specialist|nurse|columnist)|the (?:\w+ )?(?:doctor|expert|neurologist|specialist"
    r"|editor|panel)|expert|neurologist|doctor)"
)

_SALUTATION = re.compile(
    _START
    + (
        rf"(?P<words>(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|to"
        rf"|respected)\b[ ,]*{_READER}\b[^\n:;!]{{0,50}}?(?:[:,;!.–—-]|\n|$)|to whom it may concern)"
    ),
    re.IGNORECASE,
)
_QUESTION_LABEL = re.compile(
    _START
    + (
        r"(?:q(?:uestion)?(?: ?\d+)?|reader'?s? (?:question|letter|writes)|the (?:question|letter)"
        r"|your (?:question|letter)|patient'?s? question|letter(?: of the (?:month|week))?"
        r"|[A-Z][\w.]* (?:asks|writes))[ \t*_]*(?::|\.(?=\s)|\)|\n|[-–—](?=\s))[ \t*_]*"
    ),
    re.IGNORECASE,
)
_ANSWER = re.compile(
    _START + rf"(?P<words>a(?:nswer)?(?: ?\d+)?[ \t*_]*(?::|\.(?=\s)|\)|[-–—](?=\s))"
    rf"|(?:the |our |expert |doctor'?s? |editor'?s? )*(?:answers?|repl(?:y|ies)|responses?"
    rf"|comments?)[ \t*_]*(?::|\n|from\b|by\b|[-–—](?=\s))"
    rf"|{_TITLE}[ ]*(?:[\w.'’-]+[ ,]+){{0,6}}?(?:answers?|answered|repl(?:ies|ied)|responds?|responded"
    rf"|writes back|comments|says|explains)[ \t*_]*(?:[:.\n–—-]|$)"
    rf"|dear (?:reader|readers|anonymous|anon|(?!{_READER})[^\n:,]{{1,30}})[ \t]*[:,]"
    rf"|{_TITLE}[ ]*(?:[\w.'’-]+[ ]?){{1,4}}:(?=\s))",
    re.IGNORECASE,
)
_THANKED = re.compile(
    _START
    + (
        r"(?:thank you|thanks|many thanks)(?: so much| very much)? for (?:your (?:question|letter|e-?mail"
        r"|message|post|inquiry|enquiry)|writing|getting in touch|contacting|reaching out|the question)"
    ),
    re.IGNORECASE,
)
_FURNITURE = re.compile(
    r"(?:^|[|/•·»>\s-]+)(?:home|contact(?: us)?|about(?: us)?|site ?map|disclaimer|privacy(?: policy)?"
    r"|terms(?: (?:of use|and conditions))?|cookies?(?: policy)?|login|log in|sign (?:in|up)|register"
    r"|search|menu|share(?: this)?|tweet|print(?: this)?|e-?mail this|subscribe|unsubscribe|newsletter"
    r"|donate(?: now)?|back to top|next(?: article| page| post)?|previous(?: article| page| post)?"
    r"|read more|related (?:articles?|posts?|links)|more (?:articles|questions)|archives?|tags?"
    r"|categories|skip to (?:main )?content|facebook|twitter|youtube|instagram|follow us"
    r"|comments? ?\(?\d*\)?|leave a (?:comment|reply)|page \d+(?: of \d+)?"
    r"|all (?:active )?(?:news )?articles|all rights reserved|faqs?|resources|events|news|forums?"
    r"|support|advertisement)\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"©|\(c\) ?\d{4}|copyright|all rights reserved|disclaimer|terms of use|privacy policy|unsubscribe"
    r"|this (?:column|article|page|information|answer|site|content) (?:is|does|cannot|should)"
    r"|not (?:intended|a substitute|medical advice)|for (?:educational|informational"
    r"|information) purposes|please send (?:your )?questions|send (?:us )?your questions|reprinted"
    r"|last (?:updated|reviewed)|confidentiality notice|views expressed",
    re.IGNORECASE,
)
_POST_MARK = re.compile(
    r"(?:posted|written|asked|submitted) (?:by|on)\b|joined:|member since|\bposts: ?\d+|\d+ (?:replies"
    r"|likes|views|upvotes|points|comments)\b|^(?:reply|quote|report|like|permalink|share)\b",
    re.IGNORECASE,
)
_REPLY_MARK = re.compile(
    r"(?mi)^[ \t>*#-]*(?:(?:reply|replies|re|response|answer)\b[ \t]*(?:#\d+|\(\d+\)|from\b|by\b|:"
    r"|$)[^\n]*|posted by[^\n]*|[\w.-]+ (?:replied|wrote|said|answered)[^\n]{0,40}:?[ \t]*$)"
)
_HEADER = re.compile(
    r"^[ \t>]*(?:from|to|cc|bcc|sent|date|subject|reply-to|message-id|return-path|received"
    r"|mime-version|content-type|content-transfer-encoding|x-[\w-]+):[ \t]?.*$",
    re.IGNORECASE,
)
_QUOTE_OPENING = re.compile(
    r"(?mi)^[ \t>]*(?:-{2,} ?(?:original|forwarded) message ?-{2,}|on [^\n]{5,100}\n?[^\n]{0,60}wrote:"
    r"|begin forwarded message:|_{10,})[ \t]*$"
)
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i’m|i've|i’ve|my|me|mine|we|our|us)\b", re.IGNORECASE)
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def is_furniture(self) -> bool:
        words = self.text.split()
        if not words:
            return False
        if _LEGAL.search(self.text) and not re.search(r"\b(?:I|my|me)\b", self.text):
            return True
        if not re.search(r"\w", self.text):
            return True
        covered = sum(
            len(match.group().strip(" |/•·»>-").split()) for match in _FURNITURE.finditer(self.text)
        )
        return len(words) <= 25 and covered >= max(
            1, 0.6 * len([word for word in words if re.search(r"\w", word)])
        )


def _lines(text: str, start: int, end: int) -> list[_Line]:
    made, at = [], start
    for piece in text[start:end].splitlines(keepends=True):
        made.append(_Line(at, at + len(piece), piece.strip()))
        at += len(piece)
    return made


def _trimmed(text: str, start: int, end: int) -> Span | None:
    part = text[start:end]
    if not part.strip():
        return None
    return Span(start + len(part) - len(part.lstrip()), start + len(part.rstrip()))


def find_letter(text: str) -> Span:
    """Find the reader's letter.

    Parameters
        text : A page, an e-mail thread, a forum thread, a bare letter or a note.
    Returns
        Where it lies, from the salutation or its first words to the signature; never empty.
    Raises
        LetterError: there is nothing but white space.
    """
    whole = _trimmed(text, 0, len(text))
    if whole is None:
        raise LetterError(
            path="letter", given="nothing but white space", expected="A letter, a page or a note"
        )
    return _in_mail(text, whole) or _in_page(text, whole)[0] or whole


def answer_span(text: str) -> Span | None:
    """Where an answer that was already given lies in the page, from its mark to before the page's foot; None without one."""
    whole = _trimmed(text, 0, len(text))
    if whole is None:
        return None
    return _in_page(text, whole)[1]


def _in_mail(text: str, whole: Span) -> Span | None:
    """The part of an e-mail thread in which somebody tells of themselves; None when this is no e-mail."""
    parts = _mail_parts(text, whole)
    if parts is None:
        return None
    best = max(parts, key=lambda part: _told(part.of(text)))
    inside = _in_page(text, best)[0]
    return inside or best


def _mail_parts(text: str, whole: Span) -> list[Span] | None:
    lines = _lines(text, whole.start, whole.end)
    headers = [index for index, line in enumerate(lines) if _HEADER.match(line.text)]
    opening = _QUOTE_OPENING.search(text, whole.start, whole.end)
    is_mail = sum(index < 8 for index in headers) >= 2 or opening is not None
    if not is_mail:
        return None
    parts: list[Span] = []
    start: int | None = None
    quoted = False
    for index, line in enumerate(lines):
        in_header = bool(_HEADER.match(line.text)) and (
            (index > 0 and _HEADER.match(lines[index - 1].text))
            or (index + 1 < len(lines) and _HEADER.match(lines[index + 1].text))
        )
        cut = in_header or (opening is not None and bool(_QUOTE_OPENING.match(text, line.start, line.end)))
        starts_quote = line.text.startswith(">") != quoted and bool(line.text)
        if cut or starts_quote or line.text == "--":
            if start is not None and (part := _trimmed(text, start, line.start)):
                parts.append(part)
            start = None if cut or line.text == "--" else line.start
            quoted = line.text.startswith(">")
        elif start is None:
            start = line.start
    if start is not None and (part := _trimmed(text, start, whole.end)):
        parts.append(part)
    return parts or None


def _told(part: str) -> float:
    """How much a part is somebody's own story: first person, questions; not the tone of a reply."""
    own, yours = len(_FIRST_PERSON.findall(part)), len(_SECOND_PERSON.findall(part))
    return own + 2 * ("?" in part) - yours - (6 if _THANKED.search(part) else 0)


def _in_page(text: str, whole: Span) -> tuple[Span | None, Span | None]:
    """The letter and the answer of a page; the letter is None when the text is a bare letter."""
    salutation = _SALUTATION.search(text, whole.start, whole.end)
    label = _QUESTION_LABEL.search(text, whole.start, whole.end)
    begin, opened = _begin(whole, salutation, label)
    answer = _answer_at(text, begin, whole.end, labelled=label is not None and opened, opened=opened)
    if answer is None:
        start, end = _without_furniture(text, whole, begin if opened else None)
        return _trimmed(text, start, end), None
    foot = _foot(text, answer, whole.end)
    answered = _trimmed(text, answer, foot)
    if not opened:
        begin = _first_told(text, whole.start, answer)
    letter = _trimmed(text, begin, answer)
    if letter is None:  # the answer stands first: the letter follows it, or the page is all answer
        return None, answered
    return _trimmed(text, letter.start, _without_foot(text, letter)), answered


def _begin(whole: Span, salutation: re.Match[str] | None, label: re.Match[str] | None) -> tuple[int, bool]:
    if salutation and (
        label is None or label.start() > salutation.start() or salutation.start("words") - label.end() < 3
    ):
        return salutation.start("words"), True
    if label and label.end() < whole.end:
        return label.end(), True
    return whole.start, False


def _answer_at(text: str, begin: int, end: int, *, labelled: bool, opened: bool) -> int | None:
    """Where the first answer after the letter begins."""
    for match in _ANSWER.finditer(text, begin + 1, end):
        words = match.group("words").lower()
        start = match.start()
        if not text[begin:start].strip():
            continue
        if re.match(r"a\b[^n]", words) and not labelled:
            continue  # "A:" is an assessment in a clinician's note, an answer only after "Q:"
        if words.startswith("dear") and not _closed(text, begin, start):
            continue
        if not opened and not re.match(
            rf"{_TITLE}.*(?:answer|repl|respon|comment)|(?:the |our |expert )*(?:answer|repl)|dear reader",
            words,
        ):
            continue
        if re.match(r"(?:(?:the |our |expert )*(?:response|comment)s?)", words) and not opened:
            continue
        if re.search(r"(?:says|explains|said|comments)", words) and not _new_paragraph(text, start):
            continue
        if (
            words.endswith(":")
            and not re.search(r"answer|repl|respon|comment|says|explain|dear|^a", words)
            and not _new_paragraph(text, start)
        ):
            continue
        return match.start("words")
    thanked = _THANKED.search(text, begin + 1, end)
    if thanked and opened and _closed(text, begin, thanked.start()) and _new_paragraph(text, thanked.start()):
        return thanked.start()
    for reply in _REPLY_MARK.finditer(text, begin + 1, end):
        before = text[begin : reply.start()]
        if len(_FIRST_PERSON.findall(before)) >= 2 and _POST_MARK.search(text[: reply.end()]):
            return reply.start()
    return None


def _closed(text: str, begin: int, at: int) -> bool:
    """Whether a letter had been written before this place: more than its opening line, and a new paragraph."""
    return len(text[begin:at].split()) > 12 and _new_paragraph(text, at)


def _new_paragraph(text: str, at: int) -> bool:
    before = text[:at].rstrip(" \t>*#_\"“'-")
    return before.endswith("\n") or not before


def _first_told(text: str, start: int, end: int) -> int:
    """The first line in which somebody tells of themselves; titles and page furniture stand before it."""
    lines = _lines(text, start, end)
    for line in lines:
        if (
            not line.is_furniture
            and not _POST_MARK.search(line.text)
            and _FIRST_PERSON.search(line.text)
            and len(line.text.split()) > 4
        ):
            return line.start
    return next((line.start for line in lines if line.text and not line.is_furniture), start)


def _without_furniture(text: str, whole: Span, begin: int | None) -> tuple[int, int]:
    """Leave out the page's head and foot, if it has any; a bare letter has none."""
    lines = [line for line in _lines(text, whole.start, whole.end) if line.text]
    marked = [line for line in lines if line.is_furniture or _POST_MARK.search(line.text)]
    if not marked:
        return whole.start, whole.end
    head = [line for line in marked if begin is not None and line.start < begin]
    start = begin if begin is not None and head else whole.start
    if start == whole.start:
        index = 0
        while index < len(lines) - 1 and (
            lines[index].is_furniture or _POST_MARK.search(lines[index].text) or _is_title(lines, index)
        ):
            index += 1
        if lines[index].is_furniture or (index and not any(line in marked for line in lines[:index])):
            index = 0
        start = lines[index].start
    end = _without_foot(text, Span(start, whole.end))
    return (start, end) if text[start:end].strip() else (whole.start, whole.end)


def _is_title(lines: list[_Line], index: int) -> bool:
    """A short line without a full stop, nobody speaking in it, and page furniture before or after it."""
    line = lines[index].text
    near = lines[max(0, index - 1) : index + 3]
    return (
        len(line.split()) <= 10
        and not line.endswith((".", "?", "!", ","))
        and not _FIRST_PERSON.search(line)
        and not _SALUTATION.match(line)
        and any(
            other.is_furniture or _POST_MARK.search(other.text) for other in near if other is not lines[index]
        )
    )


def _without_foot(text: str, span: Span) -> int:
    """Where the span ends once the furniture at its foot is left out."""
    lines = [line for line in _lines(text, span.start, span.end) if line.text]
    while len(lines) > 1 and (lines[-1].is_furniture or _POST_MARK.match(lines[-1].text)):
        lines.pop()
    return lines[-1].end if lines else span.end


def _foot(text: str, start: int, end: int) -> int:
    return _without_foot(text, Span(start, end))
