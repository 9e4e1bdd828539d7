"""The structured case: what is known of one person, from a letter, a study or a case file.

Every value is frozen and checks itself when built. `from_document` and `to_document` are its stored form (the JSON of
`ranvier read`, also kept as TOML): it survives the round trip, and a faulty file is refused with all its faults at once.
"""

from .document import dumps_toml, from_document, loads, to_document
from .join import joined
from .model import (
    Case,
    Condition,
    ConditionCertainty,
    IdentifyingDetail,
    Lab,
    LabVerdict,
    Patient,
    Quantity,
    Question,
    RedFlag,
    Response,
    Treatment,
)

__all__ = [
    "Case",
    "Condition",
    "ConditionCertainty",
    "IdentifyingDetail",
    "Lab",
    "LabVerdict",
    "Patient",
    "Quantity",
    "Question",
    "RedFlag",
    "Response",
    "Treatment",
    "dumps_toml",
    "from_document",
    "joined",
    "loads",
    "to_document",
]
