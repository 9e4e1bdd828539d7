"""Reference limits: what is still normal, for whom, and who says so. Tables in `limits/*.csv`; a laboratory's own from a file.

A table has one row a limit: nerve, recording place, quantity, lower or upper, value and unit, the distance it holds for,
the strata (age, sex, height) it holds for, and its source with the mark. An empty stratum holds for all. A stratified row is
used only when the person's age, sex or height is known; otherwise the row for all is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ranvier.terms import DataError, Fault, Mark, Source, StudyError

from .study import Context

FOLDER = Path(__file__).parent / "limits"
DEFAULT_SETS = ("preston_shapiro", "measured_series", "aanem_2016")
QUANTITIES = {
    "amplitude": "mv",
    "velocity": "m_per_s",
    "distal_motor_latency": "ms",
    "f_wave_latency": "ms",
    "sensory_amplitude": "uv",
    "sensory_velocity": "m_per_s",
    "sensory_peak_latency": "ms",
}
COLUMNS = (
    "set", "nerve", "record_at", "distal_site", "proximal_site", "quantity", "bound", "value", "unit", "distance_mm",
    "age_min", "age_max", "sex", "height_min_cm", "height_max_cm", "citation", "locator", "mark",
)  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """One limit of normal. `value` is in `unit`; None in a stratum means that it holds whatever it is."""

    set: str
    nerve: str
    record_at: str | None
    segment: tuple[str, str] | None
    quantity: str
    bound: str
    value: float
    unit: str
    distance_mm: float | None
    age: tuple[float | None, float | None]
    sex: str | None
    height_cm: tuple[float | None, float | None]
    source: Source

    def holds_for(self, context: Context) -> bool:
        """Whether the person falls in its strata; a stratum that is not known does not hold."""
        return (
            _inside(context.age_years, self.age)
            and _inside(context.height_cm, self.height_cm)
            and (self.sex is None or self.sex == context.sex)
        )

    @property
    def specificity(self) -> int:
        """How many things it is particular about."""
        strata = (*self.age, *self.height_cm, self.sex, self.record_at, self.segment)
        return sum(part is not None for part in strata)

    @property
    def name(self) -> str:
        """Its table, and how well that is known: "Preston & Shapiro, recalled"."""
        mark = "" if self.source.mark is Mark.SEEN else f", {self.source.mark.value}"
        return SET_LABELS.get(self.set, self.set) + mark

    def __str__(self) -> str:
        word = "at least" if self.bound == "lower" else "at most"
        return f"normal {word} {self.value:g} {UNIT_WORDS[self.unit]} [{self.name}]"


SET_LABELS = {
    "preston_shapiro": "Preston & Shapiro",
    "aanem_2016": "AANEM 2016",
    "measured_series": "single series",
    "laboratory": "this laboratory",
}
UNIT_WORDS = {"mv": "mV", "uv": "uV", "ms": "ms", "m_per_s": "m/s"}


def _inside(value: float | None, bounds: tuple[float | None, float | None]) -> bool:
    low, high = bounds
    if low is None and high is None:
        return True
    if value is None:
        return False
    return (low is None or value >= low) and (high is None or value < high + 1)


@dataclass(frozen=True)
class ReferenceLimits:
    """Limit tables in order of preference: the first table that has a fitting row is used."""

    tables: tuple[tuple[Limit, ...], ...]

    def find(
        self,
        *,
        nerve: str,
        record_at: str | None,
        quantity: str,
        context: Context,
        segment: tuple[str, str] | None = None,
    ) -> Limit | None:
        """The limit that fits best, or None when no table knows one."""
        for table in self.tables:
            fitting = [
                limit
                for limit in table
                if limit.nerve == nerve
                and limit.quantity == quantity
                and limit.record_at in (None, record_at)
                and (limit.segment is None or limit.segment == segment)
                and limit.holds_for(context)
            ]
            if fitting:
                return max(fitting, key=lambda limit: limit.specificity)
        return None

    @property
    def names(self) -> tuple[str, ...]:
        """The tables in use, in order."""
        return tuple(table[0].set for table in self.tables if table)

    @property
    def sources(self) -> dict[str, tuple[str, ...]]:
        """What each table stands on, each source once."""
        return {
            table[0].set: tuple(dict.fromkeys(str(limit.source) for limit in table))
            for table in self.tables
            if table
        }


@cache
def shipped(name: str) -> tuple[Limit, ...]:
    """One shipped table. Raises DataError when a row lacks a source or is not understood."""
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        known = ", ".join(sorted(p.stem for p in FOLDER.glob("*.csv")))
        raise DataError(path="limits", given=f'no table "{name}"', expected=f"One of: {known}")
    try:
        return read_limits(path.read_text(encoding="utf-8"), path=path.name)
    except StudyError as error:
        raise DataError(path=error.path, given=error.given, expected=error.expected) from error


def reference_limits(names: Iterable[str] = DEFAULT_SETS, *, lab: tuple[Limit, ...] = ()) -> ReferenceLimits:
    """The limits to judge by: a laboratory's own first, then the named tables in turn."""
    tables = tuple(shipped(name) for name in names)
    return ReferenceLimits(((lab,) if lab else ()) + tables)


def read_limits(text: str, *, path: str = "limits", lab: bool = False) -> tuple[Limit, ...]:
    """Read a limits table; a laboratory's own may leave out `set`, `mark` and `locator`, never the citation.

    Raises
        StudyError: every fault by row and column.
    """
    import csv
    import io

    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    header = set(reader.fieldnames or ())
    needed = {"nerve", "quantity", "bound", "value", "unit", "citation"}
    if not needed <= header:
        missing = ", ".join(sorted(needed - header))
        raise StudyError([Fault(f"{path}, header", f"no column {missing}", f"Columns: {', '.join(COLUMNS)}")])
    limits: list[Limit] = []
    faults: list[Fault] = []
    for row in reader:
        where = f"{path}, row {reader.line_num}"
        cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
        try:
            limits.append(_limit(cells, where, lab=lab))
        except StudyError as error:
            faults += error.faults
    if faults or not limits:
        raise StudyError(faults or [Fault(path, "no limits", "One row a limit")])
    return tuple(limits)


def _limit(cells: dict[str, str], where: str, *, lab: bool) -> Limit:
    faults: list[Fault] = []

    def number(name: str) -> float | None:
        if not cells[name]:
            return None
        try:
            return float(cells[name])
        except ValueError:
            faults.append(
                Fault(f"{where}, {name}", f'"{cells[name][:40]}" is not a number', "A number, or empty")
            )
            return None

    value = number("value")
    quantity, unit, bound = cells["quantity"], cells["unit"].lower().replace("/", "_per_"), cells["bound"]
    if quantity not in QUANTITIES:
        faults.append(Fault(f"{where}, quantity", f'"{quantity[:40]}"', f"One of: {', '.join(QUANTITIES)}"))
    elif unit != QUANTITIES[quantity]:
        faults.append(
            Fault(f"{where}, unit", f'"{cells["unit"][:20]}"', f"{QUANTITIES[quantity]} for {quantity}")
        )
    if bound not in ("lower", "upper"):
        faults.append(Fault(f"{where}, bound", f'"{bound[:20]}"', "lower or upper"))
    if value is None:
        faults.append(Fault(f"{where}, value", "no number", "The limit"))
    if not cells["citation"]:
        faults.append(Fault(f"{where}, citation", "it is empty", "Every limit names where it comes from"))
    strata = [
        number(name) for name in ("age_min", "age_max", "height_min_cm", "height_max_cm", "distance_mm")
    ]
    if cells["mark"] not in ("", *(mark.value for mark in Mark)):
        faults.append(
            Fault(
                f"{where}, mark", f'"{cells["mark"][:20]}"', "seen, recalled, derived or judgement, or empty"
            )
        )
    if faults or value is None:
        raise StudyError(faults)
    segment = (cells["distal_site"], cells["proximal_site"])
    return Limit(
        set=cells["set"] or ("laboratory" if lab else where),
        nerve=cells["nerve"],
        record_at=cells["record_at"] or None,
        segment=segment if all(segment) else None,
        quantity=quantity,
        bound=bound,
        value=value,
        unit=unit,
        distance_mm=strata[4],
        age=(strata[0], strata[1]),
        sex=cells["sex"] or None,
        height_cm=(strata[2], strata[3]),
        source=Source(
            cells["citation"],
            mark=Mark(cells["mark"]) if cells["mark"] else Mark.SEEN,
            locator=cells["locator"] or None,
        ),
    )
