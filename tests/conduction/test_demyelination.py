"""The CIDP demyelination parameters, nerve by nerve, with edges; and the counting of nerves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ranvier.conduction import Context, StudyResult, judge_study
from ranvier.conduction.demyelination import PARAMETERS
from ranvier.recording import Kind, Recording
from ranvier.terms import Verdict

from .builders import motor, study

OLD, NEW = "efns_pns_2010_cidp", "ean_pns_2021_cidp"


def nerve(name: str = "median", **changes: float | None) -> list[Recording]:
    """A healthy nerve with two sites; `dml`, `speed`, `growth`, `fall`, `amplitude`, `duration` and `whole` change it."""
    upper = name in ("median", "ulnar")
    values = {
        "dml": 3.0 if upper else 4.5, "speed": 56.0 if upper else 46.0, "growth": 0.05, "fall": 0.05, "amplitude": 9.0,
        "duration": 5.5, "whole": None, **changes,
    }  # fmt: skip
    sites = {"median": ("wrist", "elbow"), "ulnar": ("wrist", "below_elbow")}.get(
        name, ("ankle", "below_fibular_head")
    )
    if name == "tibial":
        sites = ("ankle", "popliteal_fossa")
    distance = 220.0 if upper else 300.0
    amplitude, duration = values["amplitude"], values["duration"]
    assert values["growth"] is not None
    assert values["fall"] is not None
    distal = motor(
        name, sites[0], amplitude=amplitude, area=None if amplitude is None else amplitude * 3, duration=duration,
        latency=values["dml"], distance=70 if upper else 80,
    )  # fmt: skip
    distal = replace(distal, duration_to_last_negative_phase_ms=values["whole"])
    late = None
    if values["dml"] is not None and values["speed"] is not None:
        late = values["dml"] + distance / values["speed"]
    proximal = motor(
        name, sites[1], amplitude=None if amplitude is None else amplitude * (1 - values["fall"]),
        area=None if amplitude is None else amplitude * 3 * (1 - values["fall"]),
        duration=None if duration is None else duration * (1 + values["growth"]), latency=late, distance=distance,
    )  # fmt: skip
    return [distal, proximal]


def f_wave(name: str, latency: float | None, persistence: float | None = None) -> Recording:
    row = motor(name, "wrist" if name in ("median", "ulnar") else "ankle", latency=latency)
    return replace(row, kind=Kind.F_WAVE, f_persistence_fraction=persistence)


def judge(*rows: Recording, **context: float) -> StudyResult:
    return judge_study(study(*rows, **context))


def parameter(result: StudyResult, key: str, set_id: str = OLD, name: str = "median") -> Verdict:
    (chosen,) = [d for d in result.demyelination if d.id == set_id]
    return next(n for n in chosen.nerves if n.nerve == name).verdicts[key]


def word(result: StudyResult, set_id: str = OLD) -> str:
    return next(d for d in result.demyelination if d.id == set_id).word


M, N, U = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN


ROWS_2010 = [
    ("a", nerve(dml=6.6), M),  # 4.4 ms + 50 % (edge)
    ("a", nerve(dml=6.59), N),
    ("a", nerve(dml=None), U),
    ("b", nerve(speed=34.3), M),  # 49 m/s - 30 % (edge)
    ("b", nerve(speed=34.4), N),
    ("b", nerve(speed=None), U),
    ("c", [*nerve(), f_wave("median", 40.3)], M),  # 31 ms + 30 % (edge)
    ("c", [*nerve(), f_wave("median", 40.2)], N),
    ("c", [*nerve(amplitude=3.0), f_wave("median", 42.0)], N),  # below 80 % of the limit: 50 % is asked
    ("c", [*nerve(amplitude=3.0), f_wave("median", 46.5)], M),  # 31 ms + 50 % (edge)
    ("c", [*nerve(amplitude=3.0), f_wave("median", 46.4)], N),
    (
        "c",
        [*nerve(amplitude=3.2), f_wave("median", 42.0)],
        M,
    ),  # exactly 80 % of the limit is not below it (edge)
    ("c", [*nerve(amplitude=None), f_wave("median", 42.0)], U),
    ("c", nerve(), U),
    ("d", [*nerve(), f_wave("median", None, 0.0)], M),
    ("d", [*nerve(amplitude=0.8), f_wave("median", None, 0.0)], M),  # exactly 20 % of the limit (edge)
    ("d", [*nerve(amplitude=0.79), f_wave("median", None, 0.0)], N),
    ("d", [*nerve(amplitude=None), f_wave("median", None, 0.0)], U),
    ("d", [*nerve(), f_wave("median", 28.0)], N),
    ("d", nerve(), U),
    ("e", nerve(fall=0.30), M),  # edge
    ("e", nerve(fall=0.29), N),
    ("e", nerve(amplitude=None), U),
    ("f", nerve(growth=0.31), M),
    ("f", nerve(growth=0.30), N),  # more than 30 % (edge)
    ("f", nerve(duration=None), U),
    ("g", nerve(duration=6.6), M),  # edge
    ("g", nerve(duration=5.0, whole=6.5), N),
    ("g", nerve(duration=5.0, whole=6.6), M),
    ("g", nerve(duration=5.0), U),  # only the first phase is known, and the limit is for the last
]
ROWS_2021 = [
    ("a", nerve(dml=6.6), M),
    ("a", nerve(dml=6.59), N),
    ("a", nerve(dml=None), U),
    ("b", nerve(speed=34.3), M),
    ("b", nerve(speed=34.4), N),
    ("b", nerve(speed=None), U),
    ("c", [*nerve(), f_wave("median", 37.2)], M),  # 31 ms + 20 % (edge)
    ("c", [*nerve(), f_wave("median", 37.1)], N),
    ("c", [*nerve(amplitude=3.0), f_wave("median", 46.4)], N),  # below 80 % of the limit: 50 % is asked
    ("c", [*nerve(amplitude=3.0), f_wave("median", 46.5)], M),
    ("c", [*nerve(amplitude=None), f_wave("median", 40.0)], U),
    ("d", [*nerve(amplitude=0.8), f_wave("median", None, 0.0)], M),
    ("d", [*nerve(amplitude=0.79), f_wave("median", None, 0.0)], N),
    ("d", nerve(), U),
    ("e", nerve(fall=0.30), M),
    ("e", nerve(fall=0.29), N),
    ("e", nerve(amplitude=None), U),
    ("f", nerve(growth=0.31), M),
    ("f", nerve(growth=0.30), N),
    ("f", nerve(duration=None), U),
    ("g", nerve(duration=7.0, whole=7.9), M),
    ("g", nerve(duration=7.0, whole=7.8), N),  # above 7.8 ms at 10 Hz (edge)
    ("g", nerve(duration=None), U),
]


@pytest.mark.parametrize("rows", [ROWS_2010, ROWS_2021], ids=["2010", "2021"])
def test_every_parameter_has_rows_met_not_met_and_unknown(
    rows: list[tuple[str, list[Recording], Verdict]],
) -> None:
    seen = {(key, verdict) for key, _, verdict in rows}
    assert seen == {(key, verdict) for key in PARAMETERS for verdict in Verdict}


@pytest.mark.parametrize(("key", "rows", "expected"), ROWS_2021)
def test_the_2021_parameters_of_one_nerve(key: str, rows: list[Recording], expected: Verdict) -> None:
    assert parameter(judge(*rows, low_filter_hz=10.0), key, NEW) is expected


@pytest.mark.parametrize(("key", "rows", "expected"), ROWS_2010)
def test_the_2010_parameters_of_one_nerve(key: str, rows: list[Recording], expected: Verdict) -> None:
    assert parameter(judge(*rows), key) is expected


def test_the_2021_set_differs_where_it_should() -> None:
    late = judge(*nerve(), f_wave("median", 37.5))
    assert (parameter(late, "c", OLD), parameter(late, "c", NEW)) == (N, M)
    tibial = judge(*nerve("tibial", growth=0.6))
    assert (parameter(tibial, "f", OLD, "tibial"), parameter(tibial, "f", NEW, "tibial")) == (M, N)
    assert parameter(judge(*nerve("tibial", growth=1.0)), "f", NEW, "tibial") is M  # at least 100 % (edge)


def test_the_2021_distal_duration_needs_the_filter() -> None:
    rows = nerve(duration=7.5, whole=7.9)
    assert parameter(judge(*rows), "g", NEW) is U
    assert parameter(judge(*rows, low_filter_hz=10.0), "g", NEW) is M  # above 7.8
    assert parameter(judge(*rows, low_filter_hz=5.0), "g", NEW) is N  # not above 8.0
    assert parameter(judge(*rows, low_filter_hz=3.0), "g", NEW) is U  # no such row


def test_the_ulnar_nerve_across_the_elbow_does_not_count_as_block() -> None:
    rows = [
        motor("ulnar", "wrist", amplitude=9, area=27, duration=5.5, latency=3, distance=70),
        motor("ulnar", "below_elbow", amplitude=8.8, area=26, duration=5.6, latency=6.6, distance=210),
        motor("ulnar", "above_elbow", amplitude=3, area=9, duration=5.7, latency=8.4, distance=100),
    ]
    assert parameter(judge(*rows), "e", OLD, "ulnar") is N


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([*nerve(dml=7), *nerve("ulnar", dml=6)], "strongly_supportive"),
        ([*nerve(dml=7), *nerve("ulnar", whole=5.5)], "weakly_supportive"),
        ([*nerve(whole=5.5), *nerve("ulnar", fall=0.35, whole=5.5)], "weakly_supportive"),
        ([*nerve(growth=0.5, whole=5.5), *nerve("ulnar", fall=0.35, whole=5.5)], "strongly_supportive"),
        (
            [*nerve(whole=5.5), *nerve("ulnar", whole=5.5), f_wave("median", 27), f_wave("ulnar", 28)],
            "none",
        ),
        ([*nerve(whole=5.5), *nerve("ulnar", whole=5.5)], "unknown"),
    ],
)  # fmt: skip
def test_nerves_are_counted(rows: list[Recording], expected: str) -> None:
    assert word(judge(*rows)) == expected


def test_absent_f_waves_in_two_nerves_need_another_parameter() -> None:
    bare = [
        *nerve(whole=5.5),
        *nerve("ulnar", whole=5.5),
        f_wave("median", None, 0.0),
        f_wave("ulnar", None, 0.0),
    ]
    (old,) = [d for d in judge(*bare).demyelination if d.id == OLD]
    assert old.strongly is N
    assert old.weakly is M
    more = [*bare, *nerve("peroneal", dml=11.0, whole=5.5)]
    assert word(judge(*more)) == "strongly_supportive"


def test_an_unknown_context_is_refused() -> None:
    with pytest.raises(Exception, match="sex"):
        Context(sex="f")
