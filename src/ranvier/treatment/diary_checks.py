"""What is noticed in a diary that can be read: gaps, duplicates, switches, slips. Each becomes a named flag."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np

from .diary import Diary, Entry
from .facts import facts, source_of
from .flag import Flag, Severity

READ_ELSEWHERE = {
    "risk",
    "symptom",
    "history",
    "blood_group",
    "age",
    "height",
    "egfr",
    "sex",
    "product",
    "rate",
    "medicine",
    "pregnancy",
    "vaccine",
    "diagnosis",
    "serology",
    "iga",
    "site_volume",
    "sites",
}
NAIVE = re.compile(r"\bfirst\b(?! site)|\bnaive\b", re.IGNORECASE)


def notice(diary: Diary, entries: Sequence[Entry], extra_columns: Sequence[str]) -> Diary:
    """The diary with its flags, without exact duplicates, and with the part that can be fitted.

    Parameters
        entries : Every line in the order of the file.
        extra_columns : Names of columns that no one reads.
    """
    flags: list[Flag] = []
    diary = _without_duplicates(diary, entries, flags)
    _columns_and_kinds(diary, extra_columns, flags)
    _order(entries, flags)
    _zones(entries, flags)
    _contents(diary, flags)
    _same_day(diary, flags)
    _doses_of_one_day(diary, flags)
    _devices(diary, flags)
    _strange_readings(diary, flags)
    diary = _fitted_part(diary, flags)
    return replace(diary, flags=tuple(flags))


def _add(
    flags: list[Flag], id: str, severity: Severity, because: str, rows: Sequence[int] = (), fact: str = ""
) -> None:
    source = str(source_of(facts("diary")[fact])) if fact else "the diary itself"
    flags.append(Flag(id, severity, because, source, rows=tuple(rows)))


def _rows(rows: Sequence[int]) -> str:
    shown = ", ".join(str(row) for row in rows[:8])
    return f"row{'s' if len(rows) > 1 else ''} {shown}{' …' if len(rows) > 8 else ''}"


def _without_duplicates(diary: Diary, entries: Sequence[Entry], flags: list[Flag]) -> Diary:
    seen: dict[tuple[object, ...], int] = {}
    repeated: list[int] = []
    for entry in entries:
        key = (entry.date, entry.clock, entry.kind, entry.value, entry.text, entry.unit, entry.detail)
        if key in seen:
            repeated.append(entry.row)
        seen.setdefault(key, entry.row)
    if not repeated:
        return diary
    _add(
        flags,
        "duplicate_rows",
        Severity.WARN,
        f"{_rows(repeated)} repeat an earlier row word for word and are counted once. Give them a time of day if both happened",
        repeated,
    )
    gone = set(repeated)
    return replace(
        diary,
        given=tuple(g for g in diary.given if g.row not in gone),
        readings=tuple(e for e in diary.readings if e.row not in gone),
        igg=tuple(e for e in diary.igg if e.row not in gone),
        weights=tuple(e for e in diary.weights if e.row not in gone),
        others=tuple(e for e in diary.others if e.row not in gone),
    )


def _columns_and_kinds(diary: Diary, extra: Sequence[str], flags: list[Flag]) -> None:
    if extra:
        _add(flags, "unread_columns", Severity.INFO, f"No one reads the columns {', '.join(extra)}")
    kinds: dict[str, list[int]] = {}
    for entry in diary.others:
        if entry.kind not in READ_ELSEWHERE:
            kinds.setdefault(entry.kind, []).append(entry.row)
    for kind, rows in kinds.items():
        _add(
            flags,
            "kept_kind",
            Severity.INFO,
            f'"{kind}" ({_rows(rows)}) is kept and shown, and not used by the model',
            rows,
        )


def _order(entries: Sequence[Entry], flags: list[Flag]) -> None:
    rows = [later.row for earlier, later in pairwise(entries) if later.date < earlier.date]
    if rows:
        _add(
            flags,
            "dates_out_of_order",
            Severity.INFO,
            f"{_rows(rows)} lie before the row above; sorted by date",
            rows,
        )


def _zones(entries: Sequence[Entry], flags: list[Flag]) -> None:
    offsets: dict[str, int] = {}
    for entry in entries:
        match = re.search(r"(Z|[+-]\d{2}:?\d{2})$", entry.clock or "")
        if match:
            offsets.setdefault(match.group(1), entry.row)
    if len(offsets) > 1:
        _add(
            flags,
            "time_zones",
            Severity.INFO,
            f"Times are in {len(offsets)} zones ({', '.join(offsets)}); every row counts on its own local day",
            list(offsets.values()),
        )


def _contents(diary: Diary, flags: list[Flag]) -> None:
    if not (diary.given or diary.readings or diary.igg):
        _add(
            flags,
            "empty_diary",
            Severity.WARN,
            "Nothing was given and nothing measured: all that is shown is what is believed of any patient",
        )
    elif not diary.readings:
        _add(
            flags,
            "doses_only",
            Severity.WARN,
            "No strength was measured: what immunoglobulin does for this patient is what is believed of any patient",
        )
    elif not diary.given:
        _add(
            flags,
            "measurements_only",
            Severity.WARN,
            "No dose was written down: nothing can be learned of what immunoglobulin does for this patient",
        )
    if not diary.weights:
        _add(
            flags,
            "weight_missing",
            Severity.WARN,
            "No weight: the reference weight of 82 kg is used, doses for each kg and the rules on them cannot be trusted. "
            'A line such as "2026-01-05,weight,80,kg," settles it',
        )
    else:
        values = [e.value for e in diary.weights if e.value]
        if max(values) > 1.15 * min(values):
            _add(
                flags,
                "weight_changed",
                Severity.INFO,
                f"Weight went from {values[0]:g} to {values[-1]:g} kg; the latest is used throughout",
                [e.row for e in diary.weights],
            )


def _same_day(diary: Diary, flags: list[Flag]) -> None:
    days = {g.date + timedelta(days=i) for g in diary.given for i in range(g.n_days)}
    rows = [e.row for e in (*diary.readings, *diary.igg) if e.date in days and not e.is_after_dose]
    if rows:
        _add(
            flags,
            "measured_on_dose_day",
            Severity.INFO,
            f"{_rows(rows)} fall on a day of treatment, taken as measured before it; write 'after' in the detail if not",
            rows,
        )


def _doses_of_one_day(diary: Diary, flags: list[Flag]) -> None:
    by_day: dict[tuple[date, str], list[int]] = {}
    for given in diary.given:
        for part in range(given.n_days):
            by_day.setdefault((given.date + timedelta(days=part), given.route.value), []).append(given.row)
    rows = sorted({row for found in by_day.values() if len(found) > 1 for row in found})
    if rows:
        _add(
            flags,
            "doses_on_one_day",
            Severity.WARN,
            f"{_rows(rows)} give doses on the same day; they are added up",
            rows,
        )


def _devices(diary: Diary, flags: list[Flag]) -> None:
    for kind in sorted({e.kind for e in diary.readings}):
        entries = [e for e in diary.readings if e.kind == kind]
        devices = list(dict.fromkeys((e.unit, e.device) for e in entries))
        if len(devices) > 1:
            names = " then ".join(" ".join(part for part in pair if part) for pair in devices)
            first = next(e.row for e in entries if (e.unit, e.device) == devices[1])
            _add(
                flags,
                "dynamometer_switch",
                Severity.WARN,
                f"{kind} was measured in {names}: devices are not interchangeable, so each is followed on its own and "
                "none is converted",
                [first],
                fact="grip_left",
            )


def _strange_readings(diary: Diary, flags: list[Flag]) -> None:
    factor = float(facts("diary")["far_reading"]["factor"])
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in diary.readings:
        if entry.kind.startswith("grip"):
            groups.setdefault((entry.kind, entry.unit, entry.device), []).append(entry)
    for (kind, unit, _), entries in groups.items():
        zero = [e.row for e in entries if e.value == 0]
        if zero:
            _add(
                flags,
                "grip_of_zero",
                Severity.WARN,
                f"{kind} is 0 in {_rows(zero)}: shown, and left out of the fit, which works with ratios",
                zero,
            )
        values = np.array([e.value for e in entries if e.value])
        strong = float(facts("diary")["unusually_strong"]["kg"])
        if unit == "kg" and len(values) and float(np.median(values)) > strong:
            _add(
                flags,
                "unusually_strong",
                Severity.WARN,
                f"{kind} has a middle of {float(np.median(values)):.3g} kg; few hands reach {strong:g} kg. Is it in kPa?",
                [e.row for e in entries],
                fact="unusually_strong",
            )
        if len(values) < 4:
            continue
        middle = float(np.median(values))
        far = [e.row for e in entries if e.value and not 1 / factor < e.value / middle < factor]
        if far:
            _add(
                flags,
                "far_reading",
                Severity.WARN,
                f"{kind} in {_rows(far)} lies more than {factor:g} times from the middle of its series ({middle:.3g} {unit}): "
                "a slip, another device, or kPa written as kg? It is kept",
                far,
                fact="far_reading",
            )


def _fitted_part(diary: Diary, flags: list[Flag]) -> Diary:
    stamps = sorted(
        {g.date for g in diary.given}
        | {g.last_date for g in diary.given}
        | {e.date for e in (*diary.readings, *diary.igg)}
    )
    if not stamps:
        return diary
    start = stamps[0]
    long, notable = (int(facts("diary")[name]["days"]) for name in ("long_gap", "notable_gap"))
    for earlier, later in pairwise(stamps):
        gap = (later - earlier).days
        if gap >= long:
            start = later
            _add(
                flags,
                "long_gap",
                Severity.WARN,
                f"Nothing is written from {earlier} to {later} ({gap} days). What was given then is not known, so only what "
                f"follows is fitted; earlier rows are shown",
                fact="long_gap",
            )
        elif gap >= notable:
            _add(
                flags,
                "gap",
                Severity.INFO,
                f"Nothing is written from {earlier} to {later} ({gap} days); it is taken that nothing was given",
                fact="notable_gap",
            )
    first_given = next((g for g in diary.given if g.date >= start), None)
    naive = first_given is not None and start == stamps[0] and bool(NAIVE.search(first_given.detail))
    if first_given is not None and not naive:
        _add(
            flags,
            "treated_before",
            Severity.INFO,
            'The diary does not say that its first dose was the first ever (write "first ever" in the detail), so an unknown '
            "level of IgG from earlier doses is allowed for",
        )
    return replace(diary, fitted_from=start, is_untreated_at_start=naive or not diary.given)
