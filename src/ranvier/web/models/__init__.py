"""The desk's tables. They hold shape and constraints; what may happen to them is in commands/."""

from .answers import Answer, StandardReply
from .issues import Delivery, Issue, IssueItem, PublicationStep, Subscription
from .people import Person
from .questions import Attachment, Comment, Concern, Message, Question, ReaderAddress, Reading
from .records import AuditEvent, Contact, SiteChange, StatementCheck

__all__ = [
    "Answer",
    "Attachment",
    "AuditEvent",
    "Comment",
    "Concern",
    "Contact",
    "Delivery",
    "Issue",
    "IssueItem",
    "Message",
    "Person",
    "PublicationStep",
    "Question",
    "ReaderAddress",
    "Reading",
    "SiteChange",
    "StandardReply",
    "StatementCheck",
    "Subscription",
]
