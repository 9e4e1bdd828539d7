"""One thing that must be said beside a forecast: what, how grave, why, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ranvier.terms import Verdict


class Severity(Enum):
    """Refuse: no plan until it is settled. Warn: a prescriber must look. Info: worth knowing."""

    REFUSE = "refuse"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True)
class Flag:
    """A named remark with its because and its source.

    `verdict` is UNKNOWN where a rule could not be checked because the diary does not say; such a flag asks a question.
    `acceptable_if` says what would lift a refusal. `rows` are lines of the diary.
    """

    id: str
    severity: Severity
    because: str
    source: str
    verdict: Verdict = Verdict.MET
    rows: tuple[int, ...] = ()
    rule: str | None = None
    acceptable_if: str | None = None

    def as_json(self) -> dict[str, object]:
        """The flag as interfaces.md has it, with what else is known."""
        return {
            "id": self.id,
            "severity": self.severity.value,
            "because": self.because,
            "source": self.source,
            "verdict": self.verdict.value,
            "rows": list(self.rows),
            "rule": self.rule,
            "acceptable_if": self.acceptable_if,
        }
