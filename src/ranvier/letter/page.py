"""stub"""

from ranvier.terms import Span


def find_letter(text: str) -> Span:
    s = len(text) - len(text.lstrip())
    return Span(s, len(text.rstrip()))
