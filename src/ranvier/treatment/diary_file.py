"""Read a treatment diary (CSV): every line is read, every fault is reported at once, nothing is silently dropped."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from ranvier.terms import DiaryError, Fault

from .diary import Diary, Entry, Given
from .diary_checks import notice
from .facts import facts
from .kinetics import Route

COLUMNS = ("date", "kind", "value", "unit", "detail")
ALIASES = {
    "ig": "ivig", "iv": "ivig", "infusion": "ivig", "subcutaneous": "scig", "sc": "scig", "fscig": "scig",
    "grip left": "grip_left", "grip right": "grip_right", "left grip": "grip_left", "right grip": "grip_right",
    "mrc": "mrc_sum", "mrc sum": "mrc_sum", "rods": "mmn_rods", "mmn-rods": "mmn_rods", "mmn rods": "mmn_rods",
}  # fmt: skip
FIRST_YEAR, LAST_YEAR = 1981, 2100  # the first immunoglobulin for the vein came in 1981
DATE_HINT = (
    "A date as year-month-day, for example 2026-03-01; a time and zone may follow (2026-03-01T08:00+01:00)"
)


def read_diary(path: Path) -> Diary:
    """Read a diary file.

    Raises
        DiaryError: with every fault, by row and column.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DiaryError([Fault(str(path), f"cannot be read ({error})", "A CSV file in UTF-8")]) from error
    return parse_diary(text)


def parse_diary(text: str) -> Diary:
    """Read the text of a diary: `date,kind,value,unit,detail`.

    Raises
        DiaryError: with every fault, by row and column.
    """
    faults: list[Fault] = []
    entries: list[Entry] = []
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=None), skipinitialspace=True))
    header = next((i for i, row in enumerate(rows) if any(cell.strip() for cell in row)), None)
    if header is None:
        return notice(Diary((), (), (), (), (), ()), [], [])
    names = [cell.strip().lower() for cell in rows[header]]
    missing = [name for name in COLUMNS[:3] if name not in names]
    if missing:
        given = ", ".join(names)
        raise DiaryError(
            [
                Fault(
                    f"row {header + 1}",
                    f'the header "{given}" lacks {", ".join(missing)}',
                    f"{','.join(COLUMNS)}",
                )
            ]
        )
    extra = sorted(set(names) - set(COLUMNS) - {""})
    for number, row in enumerate(rows[header + 1 :], start=header + 2):
        if not any(cell.strip() for cell in row) or row[0].lstrip().startswith("#"):
            continue
        if len(row) > len(names):
            faults.append(
                Fault(
                    f"row {number}",
                    f"{len(row)} cells under {len(names)} names",
                    "Quote a detail with commas",
                )
            )
            continue
        cells = dict(zip(names, (cell.strip() for cell in row), strict=False))
        entry = _entry(number, cells, faults)
        if entry is not None:
            entries.append(entry)
    doses = [
        g
        for entry in entries
        if entry.kind in {"ivig", "scig"}
        if (g := _given(entry, entries, faults)) is not None
    ]
    if faults:
        raise DiaryError(sorted(faults, key=lambda fault: _row_number(fault.path)))
    order = sorted(entries, key=lambda entry: (entry.date, entry.clock or "", entry.row))
    of: Callable[[str], tuple[Entry, ...]] = lambda group: tuple(e for e in order if _group(e.kind) == group)  # noqa: E731
    diary = Diary(
        given=tuple(sorted(doses, key=lambda g: (g.date, g.row))),
        readings=of("reading"),
        igg=of("igg"),
        weights=of("weight"),
        others=of("other"),
        flags=(),
    )
    return notice(diary, entries, extra)


def _row_number(path: str) -> int:
    match = re.search(r"row (\d+)", path)
    return int(match.group(1)) if match else 0


def _group(kind: str) -> str:
    row = facts("diary").get(kind)
    return str(row["group"]) if row is not None and row["group"] != "setting" else "other"


def _entry(number: int, cells: dict[str, str], faults: list[Fault]) -> Entry | None:
    """Read one line; a fault is added for every cell that cannot be used, and None comes back if there was one."""
    before = len(faults)
    day, clock = _date(cells.get("date", ""), f"row {number}, date", faults)
    kind = " ".join(cells.get("kind", "").lower().split())
    kind = ALIASES.get(kind, kind.replace(" ", "_"))
    text, unit, detail = cells.get("value", ""), cells.get("unit", ""), cells.get("detail", "")
    if not kind:
        faults.append(
            Fault(
                f"row {number}, kind", "it is empty", f"One of {', '.join(_kinds())}, or a kind of your own"
            )
        )
        return None
    if cells.get("kind", "").strip().lower() == "fscig":
        detail = f"{detail} facilitated".strip()
    value = _number(text)
    if _group(kind) == "other":
        return Entry(number, day, clock, kind, value, text, unit, detail) if day is not None else None
    row = facts("diary")[kind]
    where = f"row {number}, value"
    if value is None:
        faults.append(
            Fault(where, f'"{text}" is no number', f"{row['hint']}; a decimal point, no thousands comma")
        )
        return None
    unit_key = unit.lower().replace(" ", "")
    if unit_key == "g/kg" and row["group"] == "dose":
        return Entry(number, day, clock, kind, value, text, "g/kg", detail) if day is not None else None
    factors = row["factors"]
    if unit_key == "" and "" not in factors and kind not in {"ivig", "scig", "weight", "igg"}:
        faults.append(Fault(f"row {number}, unit", f'"{text}" has no unit', str(row["hint"])))
        return None
    if unit_key and unit_key not in factors:
        allowed = ", ".join(name for name in factors if name)
        faults.append(
            Fault(
                f"row {number}, unit", f'"{unit}" is no unit of {kind}', f"One of: {allowed}. {row['hint']}"
            )
        )
        return None
    kept_unit = (
        {"kpa": "kPa", "kg": "kg"}.get(unit_key, row["unit"]) if row["group"] == "reading" else row["unit"]
    )
    value *= float(factors.get(unit_key, 1.0))
    high = float(row.get("high_by_unit", {}).get(unit_key, row["high"]))
    if not row["low"] <= value <= high:
        faults.append(
            Fault(
                where,
                f'"{text}" {unit or row["unit"]} is not possible',
                f"{row['low']:g} to {high:g} {kept_unit}. {row['hint']}",
            )
        )
    if len(faults) > before or day is None:
        return None
    return Entry(number, day, clock, kind, value, text, str(kept_unit), detail)


def _kinds() -> list[str]:
    return [name for name, row in facts("diary").items() if row["group"] != "setting"]


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(text: str, where: str, faults: list[Fault]) -> tuple[date | None, str | None]:
    """The day as written (the local one, whatever the zone) and the rest of the stamp."""
    try:
        stamp = datetime.fromisoformat(text)
    except ValueError:
        faults.append(Fault(where, f'"{text}" is no date', DATE_HINT))
        return None, None
    if not FIRST_YEAR <= stamp.year <= LAST_YEAR:
        faults.append(
            Fault(where, f'"{text}" is in the year {stamp.year}', f"A year from {FIRST_YEAR} to {LAST_YEAR}")
        )
        return None, None
    clock = text[10:].lstrip("T ") or None
    return stamp.date(), clock


def _given(entry: Entry, entries: list[Entry], faults: list[Fault]) -> Given | None:
    """A dose in grams; g/kg needs a weight, which is the one nearest before it, or else the first."""
    assert entry.value is not None
    grams = entry.value
    if entry.unit == "g/kg":
        weights = sorted((e for e in entries if e.kind == "weight" and e.value), key=lambda e: e.date)
        if not weights:
            faults.append(
                Fault(
                    f"row {entry.row}, unit",
                    f"{entry.text} g/kg without a weight",
                    'A line such as "2026-01-05,weight,80,kg,"',
                )
            )
            return None
        earlier = [e for e in weights if e.date <= entry.date]
        weight = (earlier[-1] if earlier else weights[0]).value
        assert weight is not None
        grams *= weight
        row = facts("diary")[entry.kind]
        if not row["low"] <= grams <= row["high"]:
            faults.append(
                Fault(
                    f"row {entry.row}, value",
                    f"{entry.text} g/kg is {grams:g} g",
                    f"{row['low']:g} to {row['high']:g} g",
                )
            )
            return None
    words = entry.detail.lower()
    match = re.search(r"(\d+)\s*day", words)
    n_days = int(match.group(1)) if match else 1
    if not 1 <= n_days <= 14:
        faults.append(
            Fault(
                f"row {entry.row}, detail",
                f'"{entry.detail}"',
                "A dose spread over 1 to 14 days, such as 5 days",
            )
        )
        return None
    route = Route.INTRAVENOUS if entry.kind == "ivig" else Route.SUBCUTANEOUS
    if route is Route.SUBCUTANEOUS and re.search(r"facilitated|hyqvia|hyaluronidase", words):
        route = Route.FACILITATED
    return Given(entry.row, entry.date, grams, route, n_days, entry.detail)
