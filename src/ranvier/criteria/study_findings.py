"""Where a record and a nerve conduction study meet: the measured findings stand, and what the record said otherwise is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from ranvier.case import Case
from ranvier.terms import Span

from .bounds import Bounds
from .conduction_facts import ConductionFacts

# The rule whose counts are held against numbers typed into a case file.
COUNTED_BY = "efns_pns_2010"


@dataclass(frozen=True)
class Disagreement:
    """One thing of which the record says one thing and the study another; the study is used.

    `id` is a finding or a quantity; `record` and `study` say "present", "absent" or a number; `because` is what was
    measured, and `spans` are the words of the record.
    """

    id: str
    record: str
    study: str
    because: str
    spans: tuple[Span, ...] = ()

    def document(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            "id": self.id,
            "record": self.record,
            "study": self.study,
            "because": self.because,
            "spans": [[span.start, span.end] for span in self.spans],
        }


def disagreements(case: Case, study: ConductionFacts | None) -> tuple[Disagreement, ...]:
    """Every finding and number of the record that the study contradicts, in the order of the study."""
    if study is None:
        return ()
    return (*_findings(case, study), *_numbers(case, study))


def _findings(case: Case, study: ConductionFacts) -> Iterator[Disagreement]:
    for measured in study.findings:
        said = case.presence(measured.id)
        if said is None or said is measured.presence:
            continue
        spans = tuple(s for f in case.own(measured.id) if f.presence is said for s in f.spans)
        yield Disagreement(measured.id, said.value, measured.presence.value, measured.because or "", spans)


def _numbers(case: Case, study: ConductionFacts) -> Iterator[Disagreement]:
    blocks = study.blocks.get(COUNTED_BY)
    measured: dict[str, Bounds] = {**({} if blocks is None else blocks.counts()), **study.quantities}
    if study.sensory_nerves_tested is not None:
        measured["sensory_nerves_tested"] = Bounds(study.sensory_nerves_tested, study.sensory_nerves_tested)
    for quantity in case.quantities:
        bounds = measured.get(quantity.id)
        if bounds is None:
            continue
        too_few = quantity.value < bounds.low and not quantity.is_minimum
        if too_few or quantity.value > bounds.high:
            shown = f"{bounds.low:g}" if bounds.is_known else f"{bounds.low:g} to {bounds.high:g}"
            yield Disagreement(
                quantity.id, f"{quantity.value:g}", shown, f"nerve conduction study, by {COUNTED_BY}"
            )


def with_study(case: Case, study: ConductionFacts | None) -> Case:
    """The case with the findings that the study decided in place of what the record said of them."""
    if study is None or not study.findings:
        return case
    decided = {finding.id for finding in study.findings}
    kept = tuple(f for f in case.findings if not (f.id in decided and f.counts))
    return replace(case, findings=(*kept, *study.findings))
