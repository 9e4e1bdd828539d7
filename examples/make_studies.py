"""Make the example studies: study.csv, traces.csv and README.md in examples/studies/NAME, from motor units with known lesions.

Run from the root: PYTHONPATH=src python examples/make_studies.py. Seeds are fixed; what it writes is committed, and a test
compares. Nothing here comes from a patient.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from validation.synthetic_sweeps import Spoiling, clean_sweep, make_nerve, snap_sweep, spoil  # noqa: E402

from ranvier.conduction import Study, complete  # noqa: E402
from ranvier.exchange.study_csv import write_study  # noqa: E402
from ranvier.exchange.sweeps import attach_traces  # noqa: E402
from ranvier.exchange.traces_csv import read_traces, write_traces  # noqa: E402
from ranvier.recording import Kind, Recording, Waveform  # noqa: E402
from ranvier.terms import Side  # noqa: E402

TIME = np.arange(500) * 0.1
FOLDER = ROOT / "examples" / "studies"
ARM_SITES = {
    "median": (("wrist", 70.0), ("elbow", 220.0), ("axilla", 150.0)),
    "ulnar": (("wrist", 70.0), ("below_elbow", 210.0), ("above_elbow", 100.0), ("axilla", 120.0)),
    "radial": (("forearm", 60.0), ("elbow", 150.0), ("axilla", 180.0)),
}
LEG_SITES = {
    "peroneal": (("ankle", 80.0), ("below_fibular_head", 310.0), ("popliteal_fossa", 100.0)),
    "tibial": (("ankle", 90.0), ("popliteal_fossa", 400.0)),
}
SITES = {**ARM_SITES, **LEG_SITES}
MUSCLE = {"median": "apb", "ulnar": "adm", "radial": "eip", "peroneal": "edb", "tibial": "ah"}
HEALTHY_MV = {"median": 9.5, "ulnar": 10.5, "radial": 5.5, "peroneal": 5.5, "tibial": 11.0}
SPEED = {"median": 57.0, "ulnar": 58.0, "radial": 60.0, "peroneal": 47.0, "tibial": 48.0}
SENSORY = {
    "median": ("digit_2", "wrist", 130.0, 32.0, 58.0), "ulnar": ("digit_5", "wrist", 110.0, 26.0, 57.0),
    "radial": ("snuffbox", "forearm", 100.0, 30.0, 58.0), "sural": ("ankle", "calf", 140.0, 15.0, 52.0),
}  # fmt: skip


@dataclass(frozen=True)
class Lesion:
    """What happens to the units between a site and the next more distal one, by the proximal site's name."""

    blocked: float = 0.0
    delay_ms: float = 0.0
    scatter_ms: float = 0.0


@dataclass(frozen=True)
class MotorNerve:
    """One motor nerve of an example: how many units are left, how fast, how late, and its lesions by proximal site."""

    nerve: str
    side: str = "right"
    units: int = 160
    amplitude_share: float = 1.0
    speed_share: float = 1.0
    terminal_ms: float = 1.6
    lesions: dict[str, Lesion] = field(default_factory=dict)
    muscle: str | None = None
    crossing_share: float = 0.0  # of the units reach the muscle through the median nerve in the forearm
    cold_celsius: float = 33.5


def motor_recordings(rng: np.random.Generator, spec: MotorNerve) -> list[Recording]:
    """Sweeps of one nerve at all its sites."""
    nerve = make_nerve(
        rng, units=spec.units, velocity_m_per_s=SPEED[spec.nerve] * spec.speed_share * 0.93,
        spread_m_per_s=5.0 * spec.speed_share, terminal_ms=spec.terminal_ms, lobe=0.42,
    )  # fmt: skip
    amplitude = HEALTHY_MV[spec.nerve] * spec.amplitude_share
    conducts = np.ones(spec.units)
    delays = np.zeros(spec.units)
    crossing = rng.permutation(spec.units) < round(spec.crossing_share * spec.units)
    recordings, distance = [], 0.0
    for site, step in SITES[spec.nerve]:
        distance += step
        lesion = spec.lesions.get(site, Lesion())
        conducts = conducts * (rng.permutation(spec.units) >= round(lesion.blocked * spec.units))
        delays = delays + lesion.delay_ms + np.abs(rng.normal(0, lesion.scatter_ms, spec.units))
        reach = conducts * ~crossing if site not in ("wrist", "ankle") else conducts
        clean = clean_sweep(
            nerve, TIME, distance_mm=distance, amplitude=amplitude, conducts=reach, delays_ms=delays
        )
        recordings.append(_motor(rng, spec, spec.nerve, spec.muscle or MUSCLE[spec.nerve], site, step, clean))
    if spec.crossing_share:
        for site, step, reach in (("wrist", 70.0, np.zeros(spec.units)), ("elbow", 220.0, crossing * 1.0)):
            clean = clean_sweep(nerve, TIME, distance_mm=distance * 0.62, amplitude=amplitude, conducts=reach)
            clean = clean if site == "elbow" else np.zeros_like(clean)
            recordings.append(
                _motor(rng, spec, "median", spec.muscle or MUSCLE[spec.nerve], site, step, clean)
            )
    return recordings


def _motor(
    rng: np.random.Generator,
    spec: MotorNerve,
    nerve: str,
    muscle: str,
    site: str,
    step: float,
    clean: np.ndarray,
) -> Recording:
    wave = Waveform(spoil(rng, TIME, clean, Spoiling(noise=0.012, artefact=0.6)), 10_000.0)
    return Recording(
        nerve, Side(spec.side), Kind.MOTOR, muscle, site, distance_mm=step, temperature_celsius=spec.cold_celsius,
        waveform=wave,
    )  # fmt: skip


def sensory_recording(
    rng: np.random.Generator, nerve: str, *, side: str = "right", share: float = 1.0, speed_share: float = 1.0
) -> Recording:
    """One antidromic SNAP."""
    record_at, site, distance, amplitude, speed = SENSORY[nerve]
    clean = snap_sweep(
        rng,
        TIME,
        distance_mm=distance,
        amplitude_uv=max(amplitude * share, 1e-6),
        velocity_m_per_s=speed * speed_share,
    )
    wave = Waveform(spoil(rng, TIME, clean, Spoiling(noise=0.35)), 10_000.0)
    return Recording(
        nerve,
        Side(side),
        Kind.SENSORY,
        record_at,
        site,
        distance_mm=distance,
        temperature_celsius=33.0,
        waveform=wave,
    )


def f_wave(nerve: str, latency_ms: float, *, side: str = "right", persistence: float = 0.8) -> Recording:
    """An F wave given by its numbers."""
    site = "wrist" if nerve in ARM_SITES else "ankle"
    return Recording(
        nerve,
        Side(side),
        Kind.F_WAVE,
        MUSCLE[nerve],
        site,
        onset_latency_ms=latency_ms,
        f_persistence_fraction=persistence,
    )


def normal(rng: np.random.Generator) -> list[Recording]:
    """Healthy arm and leg."""
    rows = [
        r
        for name in ("median", "ulnar", "peroneal", "tibial")
        for r in motor_recordings(rng, MotorNerve(name))
    ]
    rows += [sensory_recording(rng, name) for name in ("median", "ulnar", "radial", "sural")]
    return [*rows, f_wave("median", 26.1), f_wave("ulnar", 26.8), f_wave("tibial", 48.0)]


def mmn_definite(rng: np.random.Generator) -> list[Recording]:
    """Block in the right median forearm and the right ulnar upper arm; the left median is spared."""
    rows = motor_recordings(rng, MotorNerve("median", lesions={"elbow": Lesion(blocked=0.72, delay_ms=0.6)}))
    rows += motor_recordings(rng, MotorNerve("ulnar", lesions={"axilla": Lesion(blocked=0.66, delay_ms=0.4)}))
    rows += motor_recordings(rng, MotorNerve("median", side="left"))
    rows += [sensory_recording(rng, name) for name in ("median", "ulnar", "radial", "sural")]
    return [*rows, f_wave("median", 30.0, persistence=0.3), f_wave("ulnar", 30.4, persistence=0.4)]


def mmn_probable(rng: np.random.Generator) -> list[Recording]:
    """Forty per cent of the area lost in the median forearm and the ulnar upper arm: probable, not definite."""
    rows = motor_recordings(rng, MotorNerve("median", lesions={"elbow": Lesion(blocked=0.40, delay_ms=0.3)}))
    rows += motor_recordings(rng, MotorNerve("ulnar", lesions={"axilla": Lesion(blocked=0.38, delay_ms=0.3)}))
    return rows + [sensory_recording(rng, name) for name in ("median", "ulnar", "sural")]


def dispersion_without_block(rng: np.random.Generator) -> list[Recording]:
    """Every unit conducts; a scatter of delays in the median forearm spreads the response."""
    rows = motor_recordings(
        rng, MotorNerve("median", lesions={"elbow": Lesion(delay_ms=0.5, scatter_ms=3.6)})
    )
    rows += motor_recordings(rng, MotorNerve("ulnar"))
    return rows + [sensory_recording(rng, name) for name in ("median", "ulnar", "sural")]


def martin_gruber(rng: np.random.Generator) -> list[Recording]:
    """Forty-two per cent of the ulnar units to ADM cross from the median nerve in the forearm."""
    rows = motor_recordings(rng, MotorNerve("ulnar", crossing_share=0.42))
    rows += motor_recordings(rng, MotorNerve("median"))
    return rows + [sensory_recording(rng, name) for name in ("median", "ulnar", "sural")]


def carpal_tunnel(rng: np.random.Generator) -> list[Recording]:
    """Slowing at the wrist of the median nerve, motor and sensory; everything else is normal."""
    rows = motor_recordings(rng, MotorNerve("median", terminal_ms=4.2, amplitude_share=0.8))
    rows += motor_recordings(rng, MotorNerve("ulnar"))
    rows.append(sensory_recording(rng, "median", share=0.35, speed_share=0.62))
    return rows + [sensory_recording(rng, name) for name in ("ulnar", "radial", "sural")]


def als_pattern(rng: np.random.Generator) -> list[Recording]:
    """Few units are left, the thenar side worst; no block, sensory fibres untouched."""
    rows = motor_recordings(
        rng, MotorNerve("median", units=14, amplitude_share=0.13, speed_share=0.93, terminal_ms=2.0)
    )
    rows += motor_recordings(rng, MotorNerve("ulnar", units=60, amplitude_share=0.42, speed_share=0.95))
    rows += motor_recordings(rng, MotorNerve("peroneal", units=25, amplitude_share=0.2, speed_share=0.95))
    rows += motor_recordings(rng, MotorNerve("tibial", units=50, amplitude_share=0.3, speed_share=0.96))
    return rows + [sensory_recording(rng, name) for name in ("median", "ulnar", "radial", "sural")]


def cidp(rng: np.random.Generator) -> list[Recording]:
    """Slow and dispersed everywhere, late F waves, small sensory responses."""
    rows = []
    for name, speed in (("median", 0.55), ("ulnar", 0.52), ("peroneal", 0.58), ("tibial", 0.6)):
        proximal = SITES[name][1][0]
        rows += motor_recordings(
            rng,
            MotorNerve(
                name, speed_share=speed, terminal_ms=4.6, amplitude_share=0.55,
                lesions={proximal: Lesion(blocked=0.15, scatter_ms=2.6)},
            ),
        )  # fmt: skip
    rows += [sensory_recording(rng, "median", share=0.15, speed_share=0.68)]
    rows += [sensory_recording(rng, "ulnar", share=0.2, speed_share=0.7)]
    rows += [sensory_recording(rng, "sural", share=0.9)]
    return [
        *rows,
        f_wave("median", 47.0, persistence=0.5),
        f_wave("ulnar", 49.0, persistence=0.5),
        f_wave("tibial", 79.0),
    ]


STUDIES: dict[str, tuple[int, Callable[[np.random.Generator], list[Recording]], str]] = {
    "normal": (
        101, normal,
        "A healthy arm and leg. The small falls of amplitude and area from wrist to axilla and from ankle to knee are what "
        "distance alone does: the responses of the slower units arrive later and partly cancel. The tibial response falls most; "
        "that is normal, and no block is ever graded there.",
    ),
    "mmn_definite": (
        102, mmn_definite,
        "Two nerves with definite motor conduction block away from entrapment sites: the median nerve in the forearm (72 % of its "
        "motor units do not get through) and the ulnar nerve in the upper arm (66 %). The sensory responses of the same nerves are "
        "normal, and so is the left median nerve. This is the pattern that multifocal motor neuropathy makes. Below the blocks the "
        "nerves are intact, so the wrist responses are of normal size in a weak hand.",
    ),
    "mmn_probable": (
        103, mmn_probable,
        "About 40 % of the area is lost in the median forearm and the ulnar upper arm, without lengthening. That is above the 30 % of "
        "probable block and below the 50 % of definite block (EFNS/PNS 2010). Two nerves with probable block count towards probable "
        "MMN.",
    ),
    "dispersion_without_block": (
        104, dispersion_without_block,
        "Every motor unit conducts, but in the median forearm each with its own delay. Amplitude falls by more than half and the "
        "response is much longer; the area falls less, and by no more than dispersion of that size takes by cancellation alone. An "
        "amplitude criterion calls this a block; area and duration do not.",
    ),
    "martin_gruber": (
        105, martin_gruber,
        "A normal variant: 42 % of the fibres to the little-finger muscle leave the ulnar path above the forearm and run with the "
        "median nerve. Ulnar stimulation at the wrist catches all of them, below the elbow only the rest, which looks like a forearm "
        "block. Median stimulation recorded from the same muscle (rows nerve = median, record_at = adm) shows the missing part at the "
        "elbow and not at the wrist; once it is taken off, no block is left.",
    ),
    "carpal_tunnel": (
        106, carpal_tunnel,
        "Median neuropathy at the wrist: long distal motor latency, slow and small median sensory response, everything else normal. "
        "The wrist is an entrapment site, so nothing here counts towards multifocal motor neuropathy.",
    ),
    "als_pattern": (
        107, als_pattern,
        "Loss of motor axons in arm and leg, worst in the thenar muscle, with normal sensory responses and no block. Velocities are a "
        "little low since the fastest fibres are among those lost. With few units left, ratios between sites scatter, which is why "
        "the criteria ask for a distal response above 1 mV.",
    ),
    "cidp": (
        108, cidp,
        "Slowing in the demyelinating range in all four motor nerves, long distal latencies and F waves, dispersion, and reduced "
        "median and ulnar sensory responses with a spared sural response. This is generalised demyelination, not a multifocal "
        "motor neuropathy, although single segments may pass as blocks.",
    ),
}  # fmt: skip


def study_of(name: str) -> Study:
    """The study as it would come from the machine: sweeps and distances, and the numbers measured from the sweeps."""
    seed, make, _ = STUDIES[name]
    raw = Study(tuple(make(np.random.default_rng(seed))))
    # Sweeps are kept at the precision of the file, so that reading them back gives the same numbers.
    bare = Study(tuple(replace(r, waveform=None) for r in raw.recordings))
    study = attach_traces(bare, read_traces(write_traces(_only_sweeps(raw), decimals=4).encode()))
    measured = []
    for item in complete(study):
        r = item.recording
        rounded = {
            key: round(value, 2)
            for key in (
                "onset_latency_ms", "peak_latency_ms", "negative_peak_amplitude_mv", "negative_peak_amplitude_uv",
                "negative_peak_area_mv_ms", "negative_peak_duration_ms",
            )
            if (value := getattr(r, key)) is not None
        }  # fmt: skip
        gone = (
            "peak_to_peak_amplitude_mv",
            "peak_to_peak_amplitude_uv",
            "duration_to_last_negative_phase_ms",
        )
        measured.append(replace(r, **rounded, **dict.fromkeys(gone), total_duration_ms=None))
    return Study(tuple(measured))


def _only_sweeps(study: Study) -> Study:
    return Study(tuple(r for r in study.recordings if r.waveform is not None))


def readme(name: str) -> str:
    """The explanation beside the files."""
    title = name.replace("_", " ").replace("mmn", "MMN").replace("als", "ALS").replace("cidp", "CIDP")
    return (
        f"# {title}\n\n{STUDIES[name][2]}\n\n"
        f"    ranvier ncs examples/studies/{name}/study.csv --traces examples/studies/{name}/traces.csv --html report.html\n\n"
        "Simulated by `examples/make_studies.py` from motor units with known lesions; not from a patient.\n"
    )


def main(place: Path = FOLDER) -> None:
    """Write all of them."""
    for name in STUDIES:
        folder = place / name
        folder.mkdir(parents=True, exist_ok=True)
        study = study_of(name)
        (folder / "study.csv").write_text(write_study(study), encoding="utf-8")
        (folder / "traces.csv").write_text(write_traces(_only_sweeps(study), decimals=4), encoding="utf-8")
        (folder / "README.md").write_text(readme(name), encoding="utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
