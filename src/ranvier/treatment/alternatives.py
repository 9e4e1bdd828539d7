"""What else there is when immunoglobulin does not suffice, in the order of its evidence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ranvier.terms import Source

from .facts import facts, setting, source_of

STANDING = {
    "first": "first choice",
    "trial_only": "in trials only",
    "weak": "weak evidence, off label",
    "last_resort": "last resort",
    "no_evidence": "no evidence in MMN",
    "does_not_help": "a trial found no help",
    "may_harm": "may make MMN worse",
}


class Reason(Enum):
    """Why immunoglobulin does not suffice; the value is what is looked at before anything else."""

    WEARS_OFF = (
        "Shorten the interval first: at the same grams it raises the trough more than a larger dose does"
    )
    NO_RESPONSE = (
        "Check the diagnosis, the dose and the measure first: an enough dose (2 g/kg, then 1 g/kg every 2 to 4 weeks) over "
        "three months, measured where the weakness is"
    )
    SLOW_DECLINE = (
        "Look for wear-off underneath and for axon loss; a higher dose is weighed before another drug"
    )
    SIDE_EFFECTS = "Slow the infusion, split the dose, change the product, or go under the skin at the same monthly grams"
    ACCESS = "Under the skin at home at the same monthly grams"


@dataclass(frozen=True)
class Alternative:
    """One treatment with its standing, its best evidence and where it is allowed."""

    id: str
    label: str
    standing: str
    evidence: str
    result: str
    status: str
    grade: str
    source: Source
    newest: str | None = None  # date of the newest document found on its state, for what is in trials

    def as_json(self) -> dict[str, object]:
        """The treatment with its source."""
        return {
            "id": self.id,
            "label": self.label,
            "standing": self.standing,
            "standing_in_words": STANDING[self.standing],
            "evidence": self.evidence,
            "result": self.result,
            "status": self.status,
            "grade": self.grade,
            "source": str(self.source),
            "newest_document": self.newest,
        }


def alternatives() -> tuple[Alternative, ...]:
    """Every treatment in the order of its evidence; what may harm stands last, so that it is named and not met by chance."""
    rows = sorted(facts("alternatives").items(), key=lambda pair: int(pair[1]["order"]))
    return tuple(
        Alternative(
            key,
            row["label"],
            row["standing"],
            row["evidence"],
            row["result"],
            row["status"],
            row["grade"],
            source_of(row),
            row.get("newest"),
        )
        for key, row in rows
    )


def to_avoid() -> tuple[Alternative, ...]:
    """What a trial found not to help, and what may make MMN worse."""
    return tuple(one for one in alternatives() if one.standing in {"does_not_help", "may_harm"})


def as_of() -> str:
    """The date to which the state of trials and approvals was looked up."""
    return str(setting("alternatives", "as_of"))


def next_choices(reason: Reason) -> tuple[Alternative, ...]:
    """What remains to be weighed for a reason: other routes first, then the rest without what does not help or may harm.

    Cyclophosphamide stays in the list because the page of 2015 named it; its standing says why it is now a last resort.
    """
    skip = {"ivig"}
    if reason is Reason.NO_RESPONSE:
        skip |= {"scig", "facilitated_scig"}  # the same drug by another route does not make a responder
    return tuple(
        one
        for one in alternatives()
        if one.id not in skip and one.standing not in {"does_not_help", "may_harm", "no_evidence"}
    )
