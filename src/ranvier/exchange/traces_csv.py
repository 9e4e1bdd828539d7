"""The traces table (interfaces.md): `time_ms` and one column a sweep, named nerve/side/record_at/stimulate_at.

Read line by line, so that memory grows with the numbers held and not with the text; every fault by row and column. What is
wrong with the table or its time base refuses the file; what is wrong with one sweep takes its nerve out, where that is asked.
"""

from __future__ import annotations

import io
import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from ranvier.conduction.study import Key, Study
from ranvier.recording import Kind, Waveform
from ranvier.terms import Fault, InputRefused, StudyError, vocabulary

from .sweeps import SpoiltSweeps, Trace, refuse_unreal, traces_of
from .table import delimiter_of, header_key

TIME_COLUMNS = {"time_ms": 1.0, "t_ms": 1.0, "time": 1.0, "time_s": 1000.0, "time_us": 0.001}
UNEVEN_FRACTION = 0.02  # steps may differ by rounding of the printed times, not by more
MOST_FAULTS = 200


@dataclass(frozen=True)
class _Column:
    place: int
    nerve: str
    side: str
    kind: Kind
    record_at: str
    stimulate_at: str
    factor: float


def read_traces(
    source: bytes | BinaryIO, *, path: str = "traces", progress: Callable[[int], None] | None = None,
    spoilt: SpoiltSweeps | None = None,
) -> tuple[Trace, ...]:  # fmt: skip
    """Read a traces table.

    Parameters
        source : bytes, or a binary stream that is read once, line by line.
        progress : called now and then with the number of bytes read so far.
        spoilt : where faults of single sweeps are gathered while the others are read; without it they refuse the file.
    Returns
        One Trace a column; mV for motor, uV for sensory.
    Raises
        StudyError: every fault by row and column: unsorted or uneven time, text in numbers, a column that names no
        response, a constant sweep, fewer than two samples.
    """
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    single = SpoiltSweeps() if spoilt is None else spoilt
    lines = _lines(stream, path, progress)
    header_number, header = next(lines, (0, ""))
    if not header.strip():
        raise StudyError([Fault(path, "it is empty", "time_ms and one column for each sweep")])
    separator = delimiter_of(header)
    names = [name.strip().strip('"').strip() for name in header.split(separator)]
    faults: list[Fault] = []
    scale, columns = _header(names, path, faults, single)
    if not columns:
        raise StudyError([*faults, *single.faults])
    table = _Table(names, columns, separator, path)
    numbers = _numbers(lines, table, faults, single)
    step, start = _time_base(numbers[:, 0], scale, path, header_number, faults)
    traces: list[Trace] = []
    repeats: dict[Key, int] = {}
    for column in columns:
        try:
            trace = _trace(column, numbers[:, column.place], step, start)
            count = repeats.get(trace.key, 0)
            if count and trace.kind is not Kind.F_WAVE:
                raise InputRefused(
                    path="", given="a second sweep of the same response",
                    expected="One column a response; number F waves as .../f1, .../f2",
                )  # fmt: skip
        except InputRefused as error:
            fault = Fault(table.place_of(column), error.given, error.expected)
            if column.place not in table.spoilt:  # a cell of it was told already
                single.add(fault, nerve=column.nerve, side=column.side)
            continue
        repeats[trace.key] = count + 1
        traces.append(replace(trace, repeat=count))
    if faults or not traces or (spoilt is None and single.faults):
        raise StudyError([*faults, *single.faults][:MOST_FAULTS])
    return tuple(traces)


@dataclass
class _Table:
    """The header of a table, and the columns in which a cell has been found wrong."""

    names: list[str]
    columns: list[_Column]
    separator: str
    path: str
    spoilt: set[int] = field(default_factory=set)

    def place_of(self, column: _Column) -> str:
        return f"{self.path}, column {self.names[column.place][:80]}"


def _lines(stream: BinaryIO, path: str, progress: Callable[[int], None] | None) -> Iterator[tuple[int, str]]:
    read = 0
    said = 0
    for number, line in enumerate(stream, start=1):
        read += len(line)
        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            line = line[3:]
        if b"\x00" in line:
            raise StudyError([Fault(path, "it is binary, or UTF-16", "A text table (CSV, UTF-8), or EDF+")])
        if progress is not None and read - said > 1_000_000:
            said = read
            progress(read)
        text = line.decode("utf-8", errors="replace").strip("\r\n")
        if text.strip() and not text.startswith("#"):
            yield number, text
    if progress is not None:
        progress(read)


def _header(
    names: list[str], path: str, faults: list[Fault], single: SpoiltSweeps
) -> tuple[float, list[_Column]]:
    scale = TIME_COLUMNS.get(header_key(names[0]))
    if scale is None:
        faults.append(
            Fault(f"{path}, column 1", f'"{names[0][:60]}"', "The first column is time_ms, 0 = stimulus")
        )
        scale = 1.0
    columns: list[_Column] = []
    for place, name in enumerate(names[1:], start=1):
        where = f"{path}, column {name[:80] or place + 1}"
        if header_key(name) in TIME_COLUMNS:
            faults.append(
                Fault(where, "a second time column", "One time base a file; resample, or split the file")
            )
            continue
        text, _, tail = name.replace("\u00b5", "u").partition("[")
        unit = tail.rstrip("] ").strip().lower()
        parts = [part.strip() for part in text.strip().split("/")]
        if len(parts) not in (4, 5):
            single.add(
                Fault(
                    where,
                    "it names no response",
                    "nerve/side/record_at/stimulate_at, as median/right/APB/elbow",
                )
            )
            continue
        try:
            columns.append(_column(parts, unit, place, where))
        except InputRefused as error:
            nerve, side = _nerve_and_side(parts, where)
            single.add(Fault(error.path, error.given, error.expected), nerve=nerve, side=side)
    if len(names) < 2:
        faults.append(Fault(path, "no sweep columns", "time_ms and one column for each sweep"))
    return scale, columns


def _nerve_and_side(parts: list[str], where: str) -> tuple[str | None, str | None]:
    """Whose sweep a column would have been, as far as its name says."""
    try:
        return vocabulary.nerve(parts[0], path=where), vocabulary.side(parts[1], path=where).value
    except InputRefused:
        return None, None


def _column(parts: list[str], unit: str, place: int, where: str) -> _Column:
    nerve = vocabulary.nerve(parts[0], path=where)
    side = vocabulary.side(parts[1], path=where)
    stimulate_at = vocabulary.site(parts[3], path=where)
    is_f = len(parts) == 5 and parts[4].lower().startswith("f")
    try:
        record_at = vocabulary.muscle(parts[2], path=where).id
        kind = Kind.F_WAVE if is_f else Kind.MOTOR
    except InputRefused:
        record_at = vocabulary.site(parts[2], path=where)
        kind = Kind.SENSORY
    ours = "uv" if kind is Kind.SENSORY else "mv"
    factors = {"": 1.0, "mv": 1.0, "uv": 0.001, "v": 1000.0}
    if unit not in factors:
        raise InputRefused(path=where, given=f'unit "{unit[:20]}"', expected="mV, uV or V")
    factor = factors[unit] if ours == "mv" else {"": 1.0, "uv": 1.0, "mv": 1000.0, "v": 1e6}[unit]
    return _Column(place, nerve, side.value, kind, record_at, stimulate_at, factor)


def _numbers(
    lines: Iterator[tuple[int, str]], table: _Table, faults: list[Fault], single: SpoiltSweeps
) -> NDArray[np.float64]:
    """(rows, columns) every number of the table; NaN where a cell is empty or was refused."""
    flat: array[float] = array("d")
    width = len(table.names)
    for number, line in lines:
        cells = line.split(table.separator)
        held = len(flat)
        try:
            flat.extend(map(float, cells))
            if len(cells) != width:
                raise ValueError
        except ValueError:
            del flat[held:]
            flat.extend(_row(cells, number, table, faults, single))
            if len(faults) > MOST_FAULTS:
                raise StudyError(faults) from None
    return np.frombuffer(flat, dtype=np.float64).reshape(-1, width) if flat else np.zeros((0, width))


def _row(
    cells: list[str], number: int, table: _Table, faults: list[Fault], single: SpoiltSweeps
) -> list[float]:
    """A row with an empty, foreign or wrong cell; empty means that this sweep has ended or not begun."""
    width = len(table.names)
    if len(cells) > width:
        faults.append(
            Fault(f"{table.path}, row {number}", f"{len(cells)} cells under {width} columns", "One a column")
        )
    row = []
    for place, cell in enumerate((cells + [""] * width)[:width]):
        text = cell.strip().strip('"')
        if table.separator != "," and "," in text:
            text = text.replace(",", ".")
        try:
            row.append(float(text) if text else math.nan)
        except ValueError:
            _tell_cell(place, text, number, table, faults, single)
            row.append(math.nan)
    return row


def _tell_cell(
    place: int, text: str, number: int, table: _Table, faults: list[Fault], single: SpoiltSweeps
) -> None:
    """The first wrong cell of each sweep; a wrong time is everybody's."""
    if place in table.spoilt:
        return
    fault = Fault(
        f"{table.path}, row {number}, {table.names[place][:60]}", f'"{text[:40]}" is not a number', "A number"
    )
    column = next((column for column in table.columns if column.place == place), None)
    if column is None:
        if place == 0:
            faults.append(fault)
        return
    table.spoilt.add(place)
    single.add(fault, nerve=column.nerve, side=column.side)


def _time_base(
    time: NDArray[np.float64], scale: float, path: str, header_number: int, faults: list[Fault]
) -> tuple[float, float]:
    if time.size < 2:
        faults.append(Fault(path, f"{time.size} sample(s)", "At least two samples; 10 kHz or more is usual"))
        raise StudyError(faults)
    at = time * scale
    steps = np.diff(at)
    row = header_number + 2
    if not np.isfinite(at).all():
        bad = int(np.flatnonzero(~np.isfinite(at))[0])
        faults.append(
            Fault(f"{path}, row {row + bad - 1}, time_ms", "no time", "A time in ms for every sample")
        )
        raise StudyError(faults)
    if (steps <= 0).any():
        bad = int(np.flatnonzero(steps <= 0)[0])
        faults.append(
            Fault(f"{path}, row {row + bad}, time_ms", f"{time[bad + 1]:g} comes after {time[bad]:g}",
                  "Times that rise from sample to sample")
        )  # fmt: skip
        raise StudyError(faults)
    step = float((at[-1] - at[0]) / (at.size - 1))
    printed = 0.5 * 10.0 ** -_decimals(time) * scale
    uneven = np.abs(steps - step) > UNEVEN_FRACTION * step + 2 * printed
    if uneven.any():
        bad = int(np.flatnonzero(uneven)[0])
        faults.append(
            Fault(f"{path}, row {row + bad}, time_ms", f"a step of {steps[bad]:g} ms where the others are {step:g}",
                  "One time base with even steps; resample, or split the file")
        )  # fmt: skip
        raise StudyError(faults)
    if not 0.5 <= 1000.0 / step <= 1e6:
        faults.append(
            Fault(
                f"{path}, time_ms",
                f"{1000.0 / step:g} samples a second",
                "Times in ms; 0.1 ms a sample is usual",
            )
        )
    return step, float(at[0])


def _decimals(time: NDArray[np.float64]) -> int:
    sample = time[: min(time.size, 200)]
    return max((len(f"{value:.6f}".rstrip("0").partition(".")[2]) for value in sample), default=0)


def _trace(column: _Column, samples: NDArray[np.float64], step: float, start: float) -> Trace:
    """One column as a sweep. Raises InputRefused: what is wrong with it."""

    def refuse(given: str, expected: str) -> InputRefused:
        return InputRefused(path="", given=given, expected=expected)

    finite = np.isfinite(samples)
    known = np.flatnonzero(finite)
    if known.size < 2:
        raise refuse(f"{known.size} sample(s)", "At least two samples, or leave the column out")
    first, last = int(known[0]), int(known[-1])
    if not finite[first : last + 1].all():
        raise refuse("a gap, or NaN, inside the sweep", "Every sample from first to last")
    inside = samples[first : last + 1] * column.factor
    refuse_unreal(inside, column.kind)
    wave = Waveform(inside, 1000.0 / step, round(start + first * step, 9))
    return Trace(column.nerve, column.side, column.kind, column.record_at, column.stimulate_at, wave)


def write_traces(study: Study, *, decimals: int = 5) -> str:
    """Write the sweeps of a study as a traces table.

    Raises
        StudyError: the sweeps do not share one time base, which one table cannot hold.
    """
    traces = traces_of(study)
    if not traces:
        raise StudyError([Fault("traces", "the study holds no sweeps", "A study with waveforms")])
    rates = {trace.waveform.sampling_rate_hz for trace in traces}
    if len(rates) > 1:
        raise StudyError(
            [Fault("traces", f"{len(rates)} sampling rates", "One time base a file; write EDF+, or resample")]
        )
    rate = rates.pop()
    start = min(trace.waveform.start_ms for trace in traces)
    step = 1000.0 / rate
    offsets = [(trace.waveform.start_ms - start) / step for trace in traces]
    if any(abs(offset - round(offset)) > 1e-6 for offset in offsets):
        raise StudyError(
            [Fault("traces", "sweeps that start between each other's samples", "One time base a file")]
        )
    first = [round(offset) for offset in offsets]
    length = max(at + trace.waveform.samples.size for at, trace in zip(first, traces, strict=True))
    out = [",".join(["time_ms", *(trace.name for trace in traces)])]
    for index in range(length):
        cells = [f"{start + index * step:.6g}"]
        for at, trace in zip(first, traces, strict=True):
            inside = 0 <= index - at < trace.waveform.samples.size
            cells.append(f"{trace.waveform.samples[index - at]:.{decimals}f}" if inside else "")
        out.append(",".join(cells))
    return "\n".join(out) + "\n"
