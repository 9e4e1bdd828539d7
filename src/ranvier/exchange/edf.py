"""EDF+ in the standard's own layout for nerve conduction (Kemp & Olivan, Clin Neurophysiol 2003;114:1755-1761, 3.7).

One file a nerve, discontinuous (EDF+D), one data record a stimulation site, the signal labelled `NC R_APB`, and the first
annotation of each record the stimulus with its site. `edfio` reads the signals; the annotations are read here record by
record, since most readers lose those after the first. Writing needs no package: edfio writes continuous files only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ranvier.conduction.study import Study
from ranvier.recording import Kind, Waveform
from ranvier.terms import Fault, InputRefused, MissingDependency, StudyError, vocabulary

from .sweeps import SpoiltSweeps, Trace, refuse_unreal, traces_of

ANNOTATION_BYTES = 240
DIGITAL = (-32767, 32767)
LABEL = re.compile(r"^NC\s+(?:(?P<side>[LR])[_ ])?(?P<place>.+)$", re.IGNORECASE)
STIMULUS = re.compile(
    r"^stim\w*\s+(?:(?P<side>left|right|[lr])\s+)?(?P<site>[^,;<]+)(?P<f>.*f wave.*)?", re.IGNORECASE
)
NERVE = re.compile(r"([A-Za-z]+(?:_[A-Za-z]+)?)_Nerve", re.IGNORECASE)
UNITS = {"mv": {"mv": 1.0, "uv": 0.001, "v": 1000.0}, "uv": {"uv": 1.0, "mv": 1000.0, "v": 1e6}}


@dataclass(frozen=True)
class _Record:
    """Start of a data record and its annotations, in seconds from the start of the file."""

    start_s: float
    annotations: tuple[tuple[float, str], ...]


def read_edf(path: Path | str, *, spoilt: SpoiltSweeps | None = None) -> tuple[Trace, ...]:
    """Read every sweep of one nerve's file.

    Parameters
        spoilt : where faults of single records are gathered while the others are read; without it they refuse the file.
    Raises
        StudyError: not EDF+, no signal of nerve conduction, or a record that does not say where the nerve was stimulated.
        MissingDependency: edfio is not installed.
    """
    try:
        import edfio
    except ImportError as error:
        raise MissingDependency(
            path="edfio", given="it is not installed", expected='EDF+ needs it: pip install "ranvier[tables]"'
        ) from error
    name = Path(path).name
    content = Path(path).read_bytes()
    try:
        file = edfio.read_edf(content, lazy_load_data=False)
        signals = list(file.signals)
        records = _records(content)
        blocks = [np.asarray(signal.data, dtype=np.float64) for signal in signals]
    except Exception as error:  # edfio raises whatever the broken header leads it to
        raise StudyError(
            [
                Fault(
                    name,
                    f"it cannot be read as EDF+ ({type(error).__name__})",
                    "An EDF+ file, one nerve a file",
                )
            ]
        ) from error
    traces: list[Trace] = []
    single = SpoiltSweeps() if spoilt is None else spoilt
    faults: list[Fault] = []
    for signal, block in zip(signals, blocks, strict=True):
        label = LABEL.match(signal.label.strip())
        if label is None:
            continue
        if not records or block.size % len(records) or block.size // len(records) < 2:
            faults.append(
                Fault(f"{name}, {signal.label}", "records of uneven length", "One data record a stimulus")
            )
            continue
        sweeps = block.reshape(len(records), -1)
        identity = file.local_recording_identification
        for number, (record, samples) in enumerate(zip(records, sweeps, strict=True), start=1):
            where = f"{name}, record {number}"
            try:
                traces.append(_trace(label, record, samples, signal, identity, where, traces))
            except InputRefused as error:
                nerve, side = _whose(label, identity, where)
                single.add(Fault(error.path, error.given, error.expected), nerve=nerve, side=side)
    if faults or (single.faults and (spoilt is None or not traces)):
        raise StudyError([*faults, *single.faults])
    if not traces:
        raise StudyError([Fault(name, "no signal of nerve conduction", 'Signals labelled as "NC R_APB"')])
    return tuple(traces)


def _whose(label: re.Match[str], identity: str, where: str) -> tuple[str | None, str | None]:
    """The nerve and side of a signal, as far as its label and the file say."""
    try:
        _, _, nerve = _place(label["place"], identity, where)
        return nerve, vocabulary.side(label["side"] or "", path=where).value
    except InputRefused:
        return None, None


def _trace(
    label: re.Match[str], record: _Record, samples: NDArray[np.float64], signal: object, identity: str, where: str,
    before: list[Trace],
) -> Trace:  # fmt: skip
    unit = str(getattr(signal, "physical_dimension", "")).strip().lower().replace("\u00b5", "u")
    rate = float(getattr(signal, "sampling_frequency", 0.0))
    stimulus = next(
        ((at, match) for at, text in record.annotations if (match := STIMULUS.match(text)) is not None), None
    )
    if stimulus is None:
        raise InputRefused(
            path=where,
            given="no stimulus annotation",
            expected='A first annotation as "Stimulus right wrist"',
        )
    at_s, words = stimulus
    side = vocabulary.side(label["side"] or words["side"] or "", path=where)
    kind, record_at, nerve = _place(label["place"], identity, where)
    if kind is Kind.MOTOR and words["f"]:
        kind = Kind.F_WAVE
    site_text = re.split(r"\s+(?:\d|at\s)", words["site"].strip())[0]
    site = vocabulary.site(site_text, path=where)
    ours = "uv" if kind is Kind.SENSORY else "mv"
    if unit not in UNITS[ours]:
        raise InputRefused(path=where, given=f'physical dimension "{unit}"', expected="mV, uV or V")
    start_ms = round((record.start_s - at_s) * 1000.0, 6)
    inside = samples * UNITS[ours][unit]
    try:
        refuse_unreal(inside, kind)
    except InputRefused as error:
        raise InputRefused(path=where, given=error.given, expected=error.expected) from None
    wave = Waveform(inside, rate, start_ms)
    trace = Trace(nerve, side.value, kind, record_at, site, wave)
    repeat = sum(other.key == trace.key for other in before)
    if repeat and kind is not Kind.F_WAVE:
        raise InputRefused(
            path=where, given="a second sweep of the same response", expected="One record a site"
        )
    return Trace(nerve, side.value, kind, record_at, site, wave, repeat)


def _place(text: str, identity: str, where: str) -> tuple[Kind, str, str]:
    """What was recorded: a muscle and the nerve stimulated, or a sensory site and its nerve."""
    named = NERVE.search(identity)
    nerve = None
    if named is not None:
        words = re.sub(r"^(?:[MS]?NC_)?(?:[LR]_)?", "", named[1], flags=re.IGNORECASE)
        nerve = vocabulary.nerve(words.replace("_", " "), path=where)
    try:
        muscle = vocabulary.muscle(text, path=where)
        return Kind.MOTOR, muscle.id, nerve or muscle.nerve
    except InputRefused:
        site = vocabulary.site(text, path=where)
        if nerve is None:
            raise InputRefused(
                path=where, given="a sensory recording that names no nerve",
                expected="The recording field as SNC_R_Median_Nerve",
            ) from None  # fmt: skip
        return Kind.SENSORY, site, nerve


def _records(content: bytes) -> list[_Record]:
    """Time-stamped annotation lists, record by record, straight from the bytes."""
    count = int(content[252:256])
    total = int(content[236:244])
    labels = [content[256 + 16 * i : 272 + 16 * i].decode("ascii", "replace").strip() for i in range(count)]
    base = 256 + count * 216
    sizes = [2 * int(content[base + 8 * i : base + 8 * i + 8]) for i in range(count)]
    at = int(content[184:192])
    records = []
    for _ in range(total):
        parts = []
        for label, size in zip(labels, sizes, strict=True):
            if label == "EDF Annotations":
                parts.append(content[at : at + size])
            at += size
        records.append(_annotations(b"".join(parts)))
    return records


def _annotations(block: bytes) -> _Record:
    start: float | None = None
    found: list[tuple[float, str]] = []
    for item in block.split(b"\x00"):
        if not item.strip():
            continue
        stamp, *texts = item.split(b"\x14")
        onset = float(stamp.split(b"\x15")[0])
        if start is None:
            start = onset
        found += [(onset, text.decode("utf-8", "replace")) for text in texts if text]
    return _Record(start or 0.0, tuple(found))


def edf_groups(study: Study) -> list[tuple[str, str, str]]:
    """The files a study makes: nerve, side and recording place of each."""
    return list(dict.fromkeys((t.nerve, t.side, t.record_at) for t in traces_of(study)))


def write_edf(study: Study, *, nerve: str, side: str, record_at: str) -> bytes:
    """Write the sweeps of one nerve and recording place as an EDF+D file.

    Values are stored in 16 bits over the range of the sweeps: the step is 1/65534 of it.

    Raises
        StudyError: no sweep of this nerve, or sweeps of unlike length or rate.
    """
    traces = [t for t in traces_of(study) if (t.nerve, t.side, t.record_at) == (nerve, side, record_at)]
    where = f"{side} {nerve}, {record_at}"
    if not traces:
        raise StudyError([Fault(where, "no sweep", "A study with waveforms of this nerve")])
    shapes = {(t.waveform.samples.size, t.waveform.sampling_rate_hz) for t in traces}
    if len(shapes) > 1:
        raise StudyError([Fault(where, "sweeps of unlike length or rate", "One length and rate a file")])
    (samples, rate), *_ = shapes
    duration_s = samples / rate
    sensory = traces[0].kind is Kind.SENSORY
    largest = max(float(np.abs(t.waveform.samples).max()) for t in traces) or 1.0
    limit = float(f"{largest * 1.0001:.4g}") if largest < 1e6 else largest
    limit = limit if limit >= largest else limit * 1.001
    header = _header(
        traces, identity=f"Startdate X X X {'SNC' if sensory else 'MNC'}_{side[0].upper()}_{nerve.title()}_Nerve",
        label=f"NC {side[0].upper()}_{record_at if sensory else record_at.upper()}", unit="uV" if sensory else "mV",
        limit=limit, duration_s=duration_s, samples=samples,
    )  # fmt: skip
    parts = [header]
    limit = float(_field(f"{limit:.8g}", 8))
    for index, trace in enumerate(traces):
        scaled = np.clip(np.round(trace.waveform.samples / limit * DIGITAL[1]), *DIGITAL).astype("<i2")
        # Records lie a second apart: discontinuous, and never over each other.
        start = index * (1.0 + np.ceil(duration_s))
        stimulus = start - trace.waveform.start_ms / 1000.0
        words = f"Stimulus {side} {trace.stimulate_at.replace('_', ' ')}"
        if trace.kind is Kind.F_WAVE:
            words += f", F wave {trace.repeat + 1}"
        note = f"+{start:.6f}\x14\x14\x00+{stimulus:.6f}\x14{words}\x14\x00".encode()
        parts += [scaled.tobytes(), note.ljust(ANNOTATION_BYTES, b"\x00")]
    return b"".join(parts)


def _header(
    traces: Iterable[Trace],
    *,
    identity: str,
    label: str,
    unit: str,
    limit: float,
    duration_s: float,
    samples: int,
) -> bytes:
    number = len(list(traces))
    rows = [
        ("0", 8), ("X X X X", 80), (identity, 80), ("01.01.85", 8), ("00.00.00", 8), (str(256 * 3), 8), ("EDF+D", 44),
        (str(number), 8), (f"{duration_s:.8g}", 8), ("2", 4),
        (label, 16), ("EDF Annotations", 16),
        ("surface electrode", 80), ("", 80), (unit, 8), ("", 8),
        (f"{-limit:.7g}", 8), ("-1", 8), (f"{limit:.8g}", 8), ("1", 8),
        (str(DIGITAL[0]), 8), ("-32768", 8), (str(DIGITAL[1]), 8), ("32767", 8),
        ("", 80), ("", 80), (str(samples), 8), (str(ANNOTATION_BYTES // 2), 8), ("", 32), ("", 32),
    ]  # fmt: skip
    return b"".join(_field(text, size).encode("ascii") for text, size in rows)


def _field(text: str, size: int) -> str:
    return text[:size].ljust(size)
