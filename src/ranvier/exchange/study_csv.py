"""The study table (interfaces.md): one row a stimulated response; read with every fault at once, and written.

A row at fault takes its nerve out of the study, which is said; the other nerves stand. A file that gives nothing usable
is refused with all its faults.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ranvier.conduction.study import Context, Study
from ranvier.recording import Kind, Recording, is_no_response, is_not_measured, parse_quantity
from ranvier.terms import Fault, InputRefused, Side, StudyError, vocabulary

from .table import Table, header_key, read_table

REQUIRED = ("nerve", "side", "kind", "record_at", "stimulate_at")
COLUMNS = (
    *REQUIRED, "distance_mm", "onset_latency_ms", "peak_latency_ms", "amplitude_mv", "amplitude_uv", "area_mv_ms",
    "duration_ms", "temperature_celsius",
)  # fmt: skip
OPTIONAL = (
    "peak_to_peak_mv", "peak_to_peak_uv", "duration_to_last_negative_phase_ms", "total_duration_ms",
    "f_persistence_fraction", "stimulus_ma",
)  # fmt: skip


@dataclass(frozen=True)
class Measure:
    """One numeric column: our field, its unit, the range in which a number can be real, and what to try outside it."""

    field: str
    unit: str
    low: float
    high: float
    hint: str


MEASURES = {
    "distance_mm": Measure("distance_mm", "mm", 0, 1500, "Distances are kept in mm (22 cm is 220)"),
    "onset_latency_ms": Measure("onset_latency_ms", "ms", 0, 250, "Latencies are kept in ms after the stimulus"),
    "peak_latency_ms": Measure("peak_latency_ms", "ms", 0, 250, "Latencies are kept in ms after the stimulus"),
    "amplitude_mv": Measure(
        "negative_peak_amplitude_mv", "mv", 0, 60,
        'Amplitudes are kept in mV; if the report means microvolts, write the unit ("8400 uV" is 8.4 mV)',
    ),
    "amplitude_uv": Measure(
        "negative_peak_amplitude_uv", "uv", 0, 60_000, "Sensory amplitudes are kept in uV, mostly below 200"
    ),
    "area_mv_ms": Measure("negative_peak_area_mv_ms", "mv_ms", 0, 600, "Areas are kept in mV*ms, mostly below 100"),
    "duration_ms": Measure("negative_peak_duration_ms", "ms", 0, 120, "Negative-peak durations are kept in ms"),
    "temperature_celsius": Measure("temperature_celsius", "celsius", 10, 45, "Skin temperatures, in Celsius"),
    "peak_to_peak_mv": Measure("peak_to_peak_amplitude_mv", "mv", 0, 100, "Peak to peak amplitude in mV"),
    "peak_to_peak_uv": Measure("peak_to_peak_amplitude_uv", "uv", 0, 100_000, "Peak to peak amplitude in uV"),
    "duration_to_last_negative_phase_ms": Measure(
        "duration_to_last_negative_phase_ms", "ms", 0, 120, "Onset to the end of the last negative phase, in ms"
    ),
    "total_duration_ms": Measure("total_duration_ms", "ms", 0, 200, "Onset to the final return to baseline, in ms"),
    "f_persistence_fraction": Measure("f_persistence_fraction", "fraction", 0, 1, "0 to 1, or percent with a % sign"),
    "stimulus_ma": Measure("stimulus_ma", "ma", 0, 1000, "Stimulus strength in mA"),
}  # fmt: skip

SPELLINGS = {
    "record_site": "record_at", "recording": "record_at", "recording_site": "record_at", "recorded_at": "record_at",
    "muscle": "record_at", "record": "record_at", "stim_site": "stimulate_at", "stimulation": "stimulate_at",
    "stimulation_site": "stimulate_at", "stimulus_site": "stimulate_at", "site": "stimulate_at", "stim": "stimulate_at",
    "stimulated_at": "stimulate_at", "type": "kind", "study": "kind", "modality": "kind", "laterality": "side",
    "distance": "distance_mm", "distance_cm": "distance_mm", "latency": "onset_latency_ms", "dml": "onset_latency_ms",
    "latency_ms": "onset_latency_ms", "onset_ms": "onset_latency_ms", "onset_latency": "onset_latency_ms",
    "peak_ms": "peak_latency_ms", "peak_latency": "peak_latency_ms", "amp_mv": "amplitude_mv", "amp_uv": "amplitude_uv",
    "negative_peak_amplitude_mv": "amplitude_mv", "negative_peak_amplitude_uv": "amplitude_uv",
    "peak_amplitude_mv": "amplitude_mv", "peak_amplitude_uv": "amplitude_uv",
    "area": "area_mv_ms", "area_mvms": "area_mv_ms", "negative_area_mv_ms": "area_mv_ms",
    "negative_peak_area_mv_ms": "area_mv_ms", "duration": "duration_ms", "dur_ms": "duration_ms",
    "negative_duration_ms": "duration_ms", "negative_peak_duration_ms": "duration_ms",
    "temp": "temperature_celsius", "temperature": "temperature_celsius", "temperature_c": "temperature_celsius",
    "temp_c": "temperature_celsius", "skin_temperature_celsius": "temperature_celsius",
    "f_persistence": "f_persistence_fraction", "persistence": "f_persistence_fraction", "intensity_ma": "stimulus_ma",
}  # fmt: skip
# A column whose name says another unit than ours: its bare numbers carry that unit.
BARE_UNITS = {"distance_cm": "cm"}

KINDS = {
    "motor": Kind.MOTOR, "m": Kind.MOTOR, "cmap": Kind.MOTOR, "mcs": Kind.MOTOR, "motoric": Kind.MOTOR,
    "sensory": Kind.SENSORY, "s": Kind.SENSORY, "snap": Kind.SENSORY, "scs": Kind.SENSORY, "mixed": Kind.SENSORY,
    "f_wave": Kind.F_WAVE, "f": Kind.F_WAVE, "fwave": Kind.F_WAVE, "f_waves": Kind.F_WAVE, "f_response": Kind.F_WAVE,
}  # fmt: skip


def read_study(content: bytes, *, path: str = "study", context: Context | None = None) -> Study:
    """Read a study table.

    Parameters
        content : the file's bytes.
        path : its name, for errors.
    Returns
        The study; `faults` and `left_out` say what was at fault in a file that is otherwise usable.
    Raises
        StudyError: a missing column, no usable row, or not a table; with every fault.
    """
    return study_from_table(read_table(content, path=path), path=path, context=context)


def study_from_table(table: Table, *, path: str, context: Context | None = None) -> Study:
    """Turn the rows of a table, from CSV or Excel, into a study; see `read_study`."""
    columns, unknown = _columns(table.header, path)
    faults: list[Fault] = []
    kept: list[tuple[int, Recording]] = []
    bad: set[tuple[str, str]] = set()
    extra = {}
    for number, cells in zip(table.numbers, table.rows, strict=True):
        row = {name: cells[place] for name, place in columns.items()}
        recording, row_faults, key = _recording(row, table.header, columns, f"{path}, row {number}")
        faults += row_faults
        if recording is None:
            bad |= {key} if key else set()
        else:
            kept.append((number, recording))
            spare = {table.header[i]: cells[i] for i in unknown if cells[i].strip()}
            if spare:
                extra[recording.key] = spare
    faults += _duplicates(kept, bad, path)
    usable = tuple(r for _, r in kept if (r.nerve, r.side.value) not in bad)
    if not usable:
        raise StudyError(faults or [Fault(path, "no usable row", "One row for each stimulated response")])
    return Study(
        recordings=usable,
        context=context or Context(),
        faults=tuple(faults),
        unknown_columns=tuple(table.header[i] for i in unknown),
        left_out=tuple(sorted(f"{side} {nerve}" for nerve, side in bad)),
        extra=extra,
    )


def _columns(header: tuple[str, ...], path: str) -> tuple[dict[str, int], list[int]]:
    found: dict[str, int] = {}
    unknown: list[int] = []
    faults: list[Fault] = []
    known = {*COLUMNS, *OPTIONAL}
    for place, text in enumerate(header):
        key = header_key(text)
        name = key if key in known else SPELLINGS.get(key)
        if key in ("amplitude", "amp"):
            faults.append(
                Fault(
                    f"{path}, header",
                    f'"{text}" has no unit',
                    "amplitude_mv for motor, amplitude_uv for sensory",
                )
            )
        elif name is None:
            unknown.append(place)
        elif name in found:
            faults.append(
                Fault(
                    f"{path}, header",
                    f'"{text}" stands for {name}, which is there already',
                    "Each column once",
                )
            )
        else:
            found[name] = place
    for name in REQUIRED:
        if name not in found:
            close = vocabulary.nearest(name, [header_key(header[i]) for i in unknown])
            faults.append(
                Fault(
                    f"{path}, header",
                    f"no column {name}",
                    f"The columns {', '.join(REQUIRED)} are needed.{close}",
                )
            )
    if faults:
        raise StudyError(faults)
    return found, unknown


def _recording(
    row: dict[str, str], header: tuple[str, ...], columns: dict[str, int], where: str
) -> tuple[Recording | None, list[Fault], tuple[str, str] | None]:
    faults: list[Fault] = []

    def tell(error: InputRefused) -> None:
        faults.append(Fault(error.path, error.given, error.expected))

    nerve: str | None = None
    side: Side | None = None
    record_at: str | None = None
    site: str | None = None
    kind = KINDS.get(header_key(row["kind"]))
    if kind is None:
        faults.append(Fault(f"{where}, kind", f'"{row["kind"][:60]}" is no kind', "motor, sensory or f_wave"))
    try:
        nerve = vocabulary.nerve(row["nerve"], path=f"{where}, nerve")
    except InputRefused as error:
        tell(error)
    try:
        side = vocabulary.side(row["side"], path=f"{where}, side")
    except InputRefused as error:
        tell(error)
    try:
        path = f"{where}, record_at"
        if kind is Kind.SENSORY:
            record_at = vocabulary.site(row["record_at"], path=path)
        elif kind is not None:
            record_at = vocabulary.muscle(row["record_at"], path=path).id
    except InputRefused as error:
        tell(error)
    try:
        site = vocabulary.site(row["stimulate_at"], path=f"{where}, stimulate_at")
    except InputRefused as error:
        tell(error)
    values = _values(row, header, columns, where, faults)
    key = (nerve, side.value) if nerve is not None and side is not None else None
    if faults or kind is None or nerve is None or side is None or record_at is None or site is None:
        return None, faults, key
    _one_unit(values, kind, where, faults)
    onset, peak = values.get("onset_latency_ms"), values.get("peak_latency_ms")
    if onset is not None and peak is not None and peak < onset:
        faults.append(
            Fault(f"{where}, peak_latency_ms", f"the peak ({peak:g}) lies before the onset ({onset:g})",
                  "The onset comes first; are the two columns swapped?")
        )  # fmt: skip
    if faults:
        return None, faults, key
    try:
        return Recording(nerve, side, kind, record_at, site, **values), faults, key  # type: ignore[arg-type]
    except InputRefused as error:
        tell(error)
        return None, faults, key


def _values(
    row: dict[str, str], header: tuple[str, ...], columns: dict[str, int], where: str, faults: list[Fault]
) -> dict[str, float]:
    values: dict[str, float] = {}
    for name, measure in MEASURES.items():
        text = row.get(name, "").strip()
        if not text or is_not_measured(text):
            continue
        path = f"{where}, {name}"
        if is_no_response(text):
            if "amplitude" in name:
                values[measure.field] = 0.0
            continue
        bare = BARE_UNITS.get(header_key(header[columns[name]]))
        try:
            value = parse_quantity(
                f"{text} {bare}" if bare and text[-1].isdigit() else text, measure.unit, path=path
            )
        except InputRefused as error:
            faults.append(Fault(error.path, error.given, error.expected))
            continue
        if not measure.low <= value <= measure.high:
            what = "is below zero" if value < measure.low == 0 else "cannot be real"
            faults.append(
                Fault(path, f'"{text[:60]}" {what}', f"{measure.low:g} to {measure.high:g}. {measure.hint}")
            )
            continue
        values[measure.field] = value
    return values


def _one_unit(values: dict[str, float], kind: Kind, where: str, faults: list[Fault]) -> None:
    """Keep motor in mV and sensory in uV, whichever column it was written in; the two must not contradict."""
    for stem in ("negative_peak_amplitude", "peak_to_peak_amplitude"):
        millivolts, microvolts = values.pop(f"{stem}_mv", None), values.pop(f"{stem}_uv", None)
        if millivolts is not None and microvolts is not None:
            if abs(millivolts * 1000 - microvolts) > 0.02 * max(microvolts, 1.0):
                faults.append(
                    Fault(f"{where}, {stem}", f"{millivolts:g} mV and {microvolts:g} uV do not agree",
                          "One of the two: mV for motor, uV for sensory")
                )  # fmt: skip
                continue
        elif millivolts is None and microvolts is None:
            continue
        in_mv = millivolts if millivolts is not None else (microvolts or 0.0) / 1000
        in_uv = microvolts if microvolts is not None else in_mv * 1000
        if kind is Kind.SENSORY:
            values[f"{stem}_uv"] = in_uv
            if in_uv > 1000:
                faults.append(
                    Fault(
                        f"{where}, {stem}",
                        f"a sensory response of {in_uv:g} uV",
                        "Sensory responses lie below 1000 uV",
                    )
                )
        else:
            values[f"{stem}_mv"] = in_mv
    if kind is Kind.SENSORY:
        values.pop("negative_peak_area_mv_ms", None)


def _duplicates(kept: Iterable[tuple[int, Recording]], bad: set[tuple[str, str]], path: str) -> list[Fault]:
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for number, recording in kept:
        if recording.key in seen:
            bad.add((recording.nerve, recording.side.value))
            faults.append(
                Fault(
                    f"{path}, row {number}",
                    f"the same response as row {seen[recording.key]} ({recording.side.value} {recording.nerve}, "
                    f"{recording.record_at}, {recording.stimulate_at})",
                    "Each nerve, side, kind, recording place and stimulation site once",
                )
            )
        else:
            seen[recording.key] = number
    return faults


def write_study(study: Study) -> str:
    """Write a study as CSV; columns beyond the fixed ones appear when a value needs them."""
    rows = [row_of(recording) for recording in study.recordings]
    optional = [name for name in OPTIONAL if any(row[name] for row in rows)]
    spare = sorted({name for cells in study.extra.values() for name in cells})
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *optional, *spare])
    for recording, row in zip(study.recordings, rows, strict=True):
        kept = study.extra.get(recording.key, {})
        writer.writerow(
            [*(row[name] for name in (*COLUMNS, *optional)), *(kept.get(name, "") for name in spare)]
        )
    return out.getvalue()


def row_of(recording: Recording) -> dict[str, str]:
    """One recording as the cells of a study table, by column name."""
    cells = {
        "nerve": recording.nerve,
        "side": recording.side.value,
        "kind": recording.kind.value,
        "record_at": recording.record_at,
        "stimulate_at": recording.stimulate_at,
    }
    for name, measure in MEASURES.items():
        value = getattr(recording, measure.field)
        cells[name] = "" if value is None else f"{value:.10g}"
    return cells


def with_context(study: Study, context: Context) -> Study:
    """The same study with what is known of the person."""
    return replace(study, context=context)
