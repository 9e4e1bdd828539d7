"""Sweeps on their way into a study: what a traces file holds, what is wrong with single ones, and putting them in place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ranvier.conduction.study import Key, Study
from ranvier.recording import Kind, Recording, Waveform
from ranvier.terms import Fault, InputRefused, StudyError, vocabulary

LARGEST_MV = 100.0
LARGEST_UV = 5000.0
FEWEST_TO_CALL_CONSTANT = 8  # two or three like samples may be a coarse table; more are a dead channel


@dataclass(frozen=True)
class Trace:
    """One sweep with the response it belongs to. `repeat` counts sweeps of an F-wave set."""

    nerve: str
    side: str
    kind: Kind
    record_at: str
    stimulate_at: str
    waveform: Waveform
    repeat: int = 0

    @property
    def key(self) -> Key:
        """The response of the study it belongs to."""
        return (self.nerve, self.side, self.kind.value, self.record_at, self.stimulate_at)

    @property
    def name(self) -> str:
        """Its column name in a traces table."""
        place = f"{self.nerve}/{self.side}/{self.record_at}/{self.stimulate_at}"
        return f"{place}/f{self.repeat + 1}" if self.kind is Kind.F_WAVE else place


@dataclass
class SpoiltSweeps:
    """What is wrong with single sweeps of a file whose others can be used: the faults, and the nerves they take out.

    Given to a reader, it collects them; without it a reader refuses the file. A nerve with a spoilt sweep is not judged:
    with one site missing, its neighbours would be compared over the gap.
    """

    faults: list[Fault] = field(default_factory=list)
    nerves: set[tuple[str, str]] = field(default_factory=set)

    def add(self, fault: Fault, *, nerve: str | None = None, side: str | None = None) -> None:
        """Note a fault, and the nerve it takes out where that is known."""
        self.faults.append(fault)
        if nerve is not None and side is not None:
            self.nerves.add((nerve, side))


def refuse_unreal(samples: NDArray[np.float64], kind: Kind) -> None:
    """Refuse a sweep that no electrode gives: a dead channel, or one in another unit.

    A dead channel must not pass for a stimulus that was not answered: that would look like a complete block.

    Raises
        InputRefused: every sample the same, or beyond 100 mV (5000 uV for sensory nerve).
    """
    if samples.size > FEWEST_TO_CALL_CONSTANT and float(np.ptp(samples)) == 0.0:
        raise InputRefused(
            path="",
            given=f"every sample is {samples[0]:g}: nothing was recorded here",
            expected="Leave it out; a stimulus that was not answered is amplitude 0 (NR) in the study table",
        )
    largest = float(np.abs(samples).max())
    sensory = kind is Kind.SENSORY
    if largest > (LARGEST_UV if sensory else LARGEST_MV):
        raise InputRefused(
            path="",
            given=f"it reaches {largest:g} {'uV' if sensory else 'mV'}",
            expected="Motor sweeps in mV, sensory in uV; write the unit, as [uV], behind the name of one that is not",
        )


def attach_traces(study: Study, traces: tuple[Trace, ...], spoilt: SpoiltSweeps | None = None) -> Study:
    """Give each recording its waveform; a sweep whose response has no row becomes a recording of its own.

    A sweep of a nerve that was left out for a fault stays out, and a nerve with a spoilt sweep is left out now.

    Raises
        StudyError: a second sweep of a response that has one from another file, or nothing is left to judge.
    """
    spoilt = spoilt or SpoiltSweeps()
    left_out = {*study.left_out, *(f"{side} {nerve}" for nerve, side in spoilt.nerves)}
    recordings = [r for r in study.recordings if f"{r.side.value} {r.nerve}" not in left_out]
    places = {recording.key: index for index, recording in enumerate(recordings)}
    sets: dict[Key, list[Waveform]] = {key: list(waves) for key, waves in study.f_wave_sets.items()}
    twice: list[Fault] = []
    for trace in traces:
        if f"{trace.side} {trace.nerve}" in left_out:
            continue
        index = places.get(trace.key)
        if index is None:
            index = places[trace.key] = len(recordings)
            recordings.append(
                Recording(
                    trace.nerve, vocabulary.side(trace.side), trace.kind, trace.record_at, trace.stimulate_at
                )
            )
        if trace.kind is Kind.F_WAVE:
            sets.setdefault(trace.key, []).append(trace.waveform)
            if recordings[index].waveform is None:
                recordings[index] = replace(recordings[index], waveform=trace.waveform)
        elif recordings[index].waveform is not None:
            twice.append(Fault(trace.name, "a second sweep of the same response", "One sweep a response"))
        else:
            recordings[index] = replace(recordings[index], waveform=trace.waveform)
    if twice or not recordings:
        faults = [*study.faults, *spoilt.faults, *twice]
        raise StudyError(faults or [Fault("study", "nothing to judge", "One row or sweep a response")])
    return replace(
        study,
        recordings=tuple(recordings),
        f_wave_sets=_kept(sets, left_out),
        faults=(*study.faults, *spoilt.faults),
        left_out=tuple(sorted(left_out)),
    )


def _kept(sets: Mapping[Key, list[Waveform]], left_out: set[str]) -> dict[Key, tuple[Waveform, ...]]:
    return {key: tuple(waves) for key, waves in sets.items() if f"{key[1]} {key[0]}" not in left_out}


def traces_of(study: Study) -> tuple[Trace, ...]:
    """Every sweep that a study holds, in the order of its recordings."""
    traces: list[Trace] = []
    for recording in study.recordings:
        waves: tuple[Waveform, ...] = study.f_wave_sets.get(recording.key, ())
        if not waves and recording.waveform is not None:
            waves = (recording.waveform,)
        traces += [
            Trace(recording.nerve, recording.side.value, recording.kind, recording.record_at,
                  recording.stimulate_at, wave, repeat)
            for repeat, wave in enumerate(waves)
        ]  # fmt: skip
    return tuple(traces)
