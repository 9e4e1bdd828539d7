"""The treatment diary: what was given, what was measured and what else was written down, by date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from .facts import facts, measures
from .flag import Flag
from .kinetics import Dose, Route
from .observations import IggSeries, Observations, Series


@dataclass(frozen=True)
class Entry:
    """One line of the diary as read; `value` is None where it is no number. `row` counts lines, the header being 1."""

    row: int
    date: dt.date
    clock: str | None
    kind: str
    value: float | None
    text: str
    unit: str
    detail: str

    @property
    def is_after_dose(self) -> bool:
        """Whether the detail says that a measurement followed that day's dose."""
        words = self.detail.lower().split()
        return "after" in words or "post" in words or "peak" in words

    @property
    def says_home(self) -> bool | None:
        """True for home, False for clinic, None when the detail says neither."""
        words = self.detail.lower()
        return True if "home" in words else (False if "clinic" in words else None)

    @property
    def device(self) -> str:
        """The named dynamometer, or nothing."""
        words = self.detail.lower()
        return next((name for name in ("jamar", "vigorimeter", "gripable", "citec") if name in words), "")


@dataclass(frozen=True)
class Given:
    """Immunoglobulin as written in one line: grams in all, over `n_days` days from `date`. [g]"""

    row: int
    date: dt.date
    grams: float
    route: Route
    n_days: int
    detail: str

    @property
    def last_date(self) -> dt.date:
        """The day of its last part."""
        return self.date + dt.timedelta(days=self.n_days - 1)


@dataclass(frozen=True)
class Diary:
    """A checked diary in order of date. `flags` holds everything that was noticed while it was read."""

    given: tuple[Given, ...]
    readings: tuple[Entry, ...]
    igg: tuple[Entry, ...]
    weights: tuple[Entry, ...]
    others: tuple[Entry, ...]
    flags: tuple[Flag, ...]
    fitted_from: dt.date | None = None
    is_untreated_at_start: bool = False

    @property
    def first_date(self) -> dt.date | None:
        """Day 0 of the fit: the first line of the fitted part."""
        return self.fitted_from

    @property
    def last_date(self) -> dt.date | None:
        """The last day on which anything was given or measured."""
        days = [given.last_date for given in self.given] + [e.date for e in (*self.readings, *self.igg)]
        return max(days, default=None)

    @property
    def weight_kg(self) -> float | None:
        """The latest weight."""
        return self.weights[-1].value if self.weights else None

    def others_of(self, kind: str) -> tuple[Entry, ...]:
        """Lines of another kind, such as `risk` or `symptom`."""
        return tuple(entry for entry in self.others if entry.kind == kind)

    def day_of(self, day: dt.date) -> int:
        """Day of the fit, 0 being the first."""
        assert self.fitted_from is not None
        return (day - self.fitted_from).days

    def date_of(self, day: float) -> dt.date:
        """Date of a day of the fit."""
        assert self.fitted_from is not None
        return self.fitted_from + dt.timedelta(days=round(float(day)))

    def observations(self) -> Observations:
        """What the fit sees: everything from `fitted_from` on; zero readings of grip stay out (they have no logarithm)."""
        if self.fitted_from is None:
            return Observations(doses=(), series=(), weight_kg=self.weight_kg)
        doses = tuple(
            Dose(self.day_of(given.date) + part, given.grams / given.n_days, given.route)
            for given in self.given
            if given.date >= self.fitted_from
            for part in range(given.n_days)
        )
        igg = [entry for entry in self.igg if entry.date >= self.fitted_from]
        return Observations(
            doses=doses,
            series=self.series(),
            igg=IggSeries(
                np.array([self.day_of(e.date) for e in igg], np.int64),
                np.array([e.value for e in igg], float),
                np.array([e.is_after_dose for e in igg], bool),
            ),
            weight_kg=self.weight_kg,
            is_untreated_at_start=self.is_untreated_at_start,
        )

    def series(self) -> tuple[Series, ...]:
        """Readings by measure and device; a second unit or device makes a series of its own, never a conversion."""
        if self.fitted_from is None:
            return ()
        groups: dict[str, list[Entry]] = {}
        names: dict[tuple[str, str, str], str] = {}
        for entry in self.readings:
            if entry.date < self.fitted_from:
                continue
            key = (entry.kind, entry.unit, entry.device)
            if key not in names:
                taken = sum(k[0] == entry.kind for k in names)
                names[key] = entry.kind if not taken else "_".join(part for part in key if part)
            groups.setdefault(names[key], []).append(entry)
        result = []
        for name, entries in groups.items():
            unit, kind = entries[0].unit, entries[0].kind
            measure = measures()[f"grip_{unit.lower()}" if kind.startswith("grip") else kind]
            usable = [
                e for e in entries if e.value is not None and (e.value > 0 or not measure.is_proportional)
            ]
            if not usable:
                continue
            days = np.array([self.day_of(e.date) for e in usable], np.int64)
            said = [e.says_home for e in usable if e.says_home is not None]
            spacing = float(facts("diary")["home_spacing"]["days"])
            dense = len(days) > 5 and float(np.median(np.diff(days))) <= spacing
            is_home = sum(said) * 2 > len(said) if said else dense
            result.append(Series(name, measure, days, np.array([e.value for e in usable], float), is_home))
        return tuple(result)
