"""The study a doctor would record from an attacked nerve: CMAPs, SNAPs and F waves, with the truth underneath."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.recording import Kind, Recording, Waveform
from ranvier.terms import DocumentRefused, Fault, NerveError, Side

from .attacked import SLOWED_MS, AttackedNerve, SomeAxons, applies, attack_nerve
from .cmap import arrival_ms, draw_sensory_axons, motor_responses, sensory_response
from .lesion_file import LesionFile
from .markers import Markers, place_markers
from .pool import (
    SHORTEST_CM,
    TALLEST_CM,
    Axons,
    MotorAxons,
    MotorPool,
    NervePool,
    SensoryPool,
    draw_axons,
    load_pool,
    pool_names,
)

Array = NDArray[np.float64]
F_STIMULI = 20
#: Share of motor neurones that fire back at one stimulus (1 to 5 %, recalled, medium), and their turn-around time.
F_BACKFIRE = 0.03
F_TURNAROUND_MS = 1.0
#: From the most proximal site of the pool to the spinal cord. [mm, person of 170 cm; judgement]
CORD_BEYOND_MM = {"upper": 150.0, "lower": 550.0}
DEFAULT_POOLS = ("median_apb", "ulnar_adm")


@dataclass(frozen=True)
class StudySettings:
    """How the study is done. `supramaximal_fraction` below 1 leaves the highest-threshold axons unstimulated, by site."""

    side: Side = Side.RIGHT
    celsius: float = 34.0
    height_cm: float = 170.0
    noise_mv: float = 0.005
    noise_uv: float = 0.3
    site_noise_fraction: float = 0.03
    artefact_mv: float = 0.0
    electrode_mm: float = 0.0
    sampling_rate_hz: float = 20_000.0
    supramaximal_fraction: dict[str, float] = field(default_factory=dict)
    n_axons: int | None = None
    exact: bool = False
    seed: int | None = None

    def __post_init__(self) -> None:
        for path, value, low, high in (
            ("temperature_celsius", self.celsius, 15.0, 42.0),
            ("height_cm", self.height_cm, SHORTEST_CM, TALLEST_CM),
            ("noise_mv", self.noise_mv, 0.0, 1.0),
            ("sampling_rate_hz", self.sampling_rate_hz, 5_000.0, 1e6),
            ("site_noise_fraction", self.site_noise_fraction, 0.0, 0.5),
            ("artefact_mv", self.artefact_mv, 0.0, 1000.0),
            ("electrode_mm", self.electrode_mm, -30.0, 30.0),
        ):
            if not low <= value <= high:
                raise NerveError(path=path, given=f"{value:g}", expected=f"{low:g} to {high:g}")
        for site, share in self.supramaximal_fraction.items():
            if not 0.0 < share <= 1.0:
                raise NerveError(path=f"submaximal.{site}", given=f"{share:g}", expected="Above 0, at most 1")


@dataclass(frozen=True, eq=False)
class SimulatedStudy:
    """Recordings in the order of a report, and the nerves they were made from."""

    recordings: tuple[Recording, ...]
    nerves: tuple[AttackedNerve[MotorAxons], ...]
    sensory: tuple[AttackedNerve[Axons], ...]
    name: str
    settings: StudySettings


def simulate_study(
    lesions: LesionFile, *, pools: Sequence[str] = (), settings: StudySettings | None = None
) -> SimulatedStudy:
    """Draw a person's nerves, attack them and record the study.

    Parameters
        pools : Which nerves; by default median and ulnar, and any other that the lesions name.
    Raises
        DocumentRefused, NerveError: a lesion that fits no nerve, an unknown pool, a setting out of range.
    """
    settings = settings or StudySettings()
    if lesions.temperature_celsius is not None:
        settings = StudySettings(**{**vars(settings), "celsius": lesions.temperature_celsius})
    chosen = [load_pool(name) for name in pools or _default_pools(lesions)]
    _every_lesion_fits(lesions, chosen, settings.side.value)
    seed = lesions.seed if settings.seed is None else settings.seed
    recordings: list[Recording] = []
    nerves, sensory = [], []
    for pool in chosen:
        generator = np.random.default_rng([seed, pool_names().index(pool.id), settings.side is Side.LEFT])
        axons = lose_axons(draw_axons(pool, generator, count=settings.n_axons), lesions, generator)
        nerve = _attack(axons, lesions, settings)
        recordings += record_motor(nerve, settings, generator)
        recordings += record_f_wave(nerve, settings, generator)
        nerves.append(nerve)
        if pool.sensory is not None:
            mixed = pool if pool.sensory.nerve == pool.nerve else None
            felt = _attack(draw_sensory_axons(pool.sensory, generator), lesions, settings, placed_on=mixed)
            recordings += record_sensory(felt, pool.sensory, settings, generator)
            sensory.append(felt)
    return SimulatedStudy(tuple(recordings), tuple(nerves), tuple(sensory), lesions.name, settings)


def _attack(
    axons: SomeAxons, lesions: LesionFile, settings: StudySettings, *, placed_on: NervePool | None = None
) -> AttackedNerve[SomeAxons]:
    return attack_nerve(
        axons, lesions, placed_on=placed_on, side=settings.side.value, celsius=settings.celsius,
        height_cm=settings.height_cm, exact=settings.exact,
    )  # fmt: skip


def _default_pools(lesions: LesionFile) -> list[str]:
    names = list(DEFAULT_POOLS)
    for entry in lesions.entries:
        for name in pool_names():
            if entry.nerve in {kind.nerve for kind in _kinds(load_pool(name))} and name not in names:
                names.append(name)
    return names


def _kinds(pool: MotorPool) -> list[NervePool]:
    return [pool] if pool.sensory is None else [pool, pool.sensory]


def _every_lesion_fits(lesions: LesionFile, pools: Sequence[MotorPool], side: str) -> None:
    faults = [
        Fault(
            f"lesion[{i}].nerve",
            f"{entry.nerve or 'median'}, {entry.side or 'right'}, {entry.axons}, is not in this study",
            f"One of: {', '.join(sorted({kind.nerve for pool in pools for kind in _kinds(pool)}))}, {side}",
        )
        for i, entry in enumerate(lesions.entries)
        if not any(applies(entry, kind, side) for pool in pools for kind in _kinds(pool))
    ]
    if faults:
        raise DocumentRefused(faults)


def lose_axons(axons: MotorAxons, lesions: LesionFile, generator: np.random.Generator) -> MotorAxons:
    """Take away the file's share of axons; survivors take over `reinnervation_fraction` of what was lost."""
    share = lesions.axon_loss_fraction.get(axons.pool.nerve, lesions.axon_loss_fraction.get("", 0.0))
    if share <= 0:
        return axons
    lost = np.zeros(axons.count, dtype=bool)
    lost[generator.permutation(axons.count)[: round(share * axons.count)]] = True
    size = axons.size_mv.copy()
    if not lost.all():
        size[~lost] *= 1.0 + lesions.reinnervation_fraction * size[lost].sum() / size[~lost].sum()
    return replace(axons, size_mv=size, is_lost=lost)


def record_motor(
    nerve: AttackedNerve[MotorAxons], settings: StudySettings, generator: np.random.Generator
) -> list[Recording]:
    """Stimulate at every site and record the CMAP."""
    axons, pool = nerve.axons, nerve.axons.pool
    # Small axons need more current: the last to be reached by a weak stimulus.
    by_threshold = np.argsort(np.argsort(-axons.velocity_m_per_s)) / max(1, axons.count)
    sites = [segment.proximal for segment in nerve.segments]
    reached = [by_threshold < settings.supramaximal_fraction.get(site, 1.0) for site in sites]
    arrivals = np.array(
        [np.where(r, arrival_ms(nerve, s), np.nan) for r, s in zip(reached, sites, strict=True)]
    )
    responses = motor_responses(
        nerve, arrivals, sampling_rate_hz=settings.sampling_rate_hz, electrode_mm=settings.electrode_mm
    )
    recordings = []
    for segment, response in zip(nerve.segments, responses, strict=True):
        clean = response * max(0.0, 1.0 + settings.site_noise_fraction * generator.standard_normal())
        waveform = _noisy(clean, settings.noise_mv, settings.artefact_mv, settings, generator)
        markers = place_markers(waveform, noise_sd=settings.noise_mv)
        recordings.append(
            Recording(
                nerve=pool.nerve,
                side=settings.side,
                kind=Kind.MOTOR,
                record_at=pool.muscle,
                stimulate_at=segment.proximal,
                distance_mm=round(segment.end_mm - segment.start_mm, 1),
                onset_latency_ms=markers.onset_ms,
                peak_latency_ms=markers.peak_ms,
                negative_peak_amplitude_mv=markers.amplitude,
                negative_peak_area_mv_ms=markers.area_ms,
                negative_peak_duration_ms=markers.duration_ms,
                temperature_celsius=nerve.celsius,
                waveform=waveform,
            )
        )
    return recordings


def record_f_wave(
    nerve: AttackedNerve[MotorAxons], settings: StudySettings, generator: np.random.Generator
) -> list[Recording]:
    """The shortest F wave of twenty stimuli at the most distal site; no row's latency if none came back."""
    pool, axons = nerve.axons.pool, nerve.axons
    distal, proximal = nerve.segments[0].proximal, nerve.segments[-1].proximal
    out = arrival_ms(nerve, proximal)
    direct = arrival_ms(nerve, distal)
    limb = "lower" if pool.nerve in ("peroneal", "tibial") else "upper"
    beyond_mm = CORD_BEYOND_MM[limb] * settings.height_cm / pool.height_cm
    beyond = beyond_mm / (nerve.velocity_m_per_s * nerve.segments[-1].velocity_gain)
    # Up to the cord from the distal site, turn round, and down to the muscle.
    latency = (out - direct) + 2 * beyond + F_TURNAROUND_MS + out
    shortest = np.inf
    for _ in range(F_STIMULI):
        fires = generator.random(axons.count) < F_BACKFIRE
        candidates = latency[fires & np.isfinite(latency)]
        if candidates.size:
            shortest = min(shortest, float(candidates.min()))
    return [
        Recording(
            nerve=pool.nerve,
            side=settings.side,
            kind=Kind.F_WAVE,
            record_at=pool.muscle,
            stimulate_at=distal,
            onset_latency_ms=round(shortest, 2) if np.isfinite(shortest) else None,
            temperature_celsius=nerve.celsius,
        )
    ]


def record_sensory(
    nerve: AttackedNerve[Axons], pool: SensoryPool, settings: StudySettings, generator: np.random.Generator
) -> list[Recording]:
    """Stimulate the sensory axons at every site, against their usual direction, and record the SNAP."""
    recordings = []
    for segment in nerve.segments:
        clean = sensory_response(nerve, pool, segment.proximal, sampling_rate_hz=settings.sampling_rate_hz)
        waveform = _noisy(clean, settings.noise_uv, 0.0, settings, generator)
        markers: Markers = place_markers(waveform, noise_sd=settings.noise_uv)
        recordings.append(
            Recording(
                nerve=pool.nerve,
                side=settings.side,
                kind=Kind.SENSORY,
                record_at=pool.record_at,
                stimulate_at=segment.proximal,
                distance_mm=round(segment.end_mm - segment.start_mm, 1),
                onset_latency_ms=markers.onset_ms,
                peak_latency_ms=markers.peak_ms,
                negative_peak_amplitude_uv=markers.amplitude,
                negative_peak_duration_ms=markers.duration_ms,
                temperature_celsius=settings.celsius,
                waveform=waveform,
            )
        )
    return recordings


def _noisy(
    clean: Array, noise_sd: float, artefact: float, settings: StudySettings, generator: np.random.Generator
) -> Waveform:
    samples = clean + noise_sd * generator.standard_normal(clean.size)
    if artefact:
        time_ms = np.arange(clean.size) * (1000.0 / settings.sampling_rate_hz)
        samples = samples + artefact * np.exp(-time_ms / 0.25)
    return Waveform(samples, settings.sampling_rate_hz)


def truth_document(study: SimulatedStudy) -> dict[str, Any]:
    """What was really blocked where, and what only slowed: by segment and by axon.

    Fractions are of surviving axons; `blocked_size_fraction` weighs them by unit size.
    """
    return {
        "name": study.name,
        "temperature_celsius": study.settings.celsius,
        "nerves": [_nerve_truth(nerve, study.settings.side) for nerve in study.nerves],
        "sensory": [_sensory_truth(nerve, study.settings.side) for nerve in study.sensory],
    }


def _nerve_truth(nerve: AttackedNerve[MotorAxons], side: Side) -> dict[str, Any]:
    sizes = nerve.axons.size_mv
    axons = [
        {
            "axon": i,
            "diameter_um": round(float(nerve.diameter_um[i]), 3),
            "velocity_m_per_s": round(float(nerve.velocity_m_per_s[i]), 2),
            "size_mv": round(float(sizes[i]), 5),
            "fascicle": int(nerve.axons.fascicle[i]),
            "lost": bool(nerve.axons.is_lost[i]),
            "blocked_between": [
                f"{segment.distal}-{segment.proximal}"
                for s, segment in enumerate(nerve.segments)
                if nerve.is_blocked[s, i]
            ],
            "delay_ms": [round(float(d), 4) for d in nerve.delay_ms[:, i]],
        }
        for i in range(nerve.axons.count)
    ]
    return {
        "nerve": nerve.axons.pool.nerve,
        "side": side.value,
        "muscle": nerve.axons.pool.muscle,
        "n_axons": nerve.axons.count,
        "n_lost": int(nerve.axons.is_lost.sum()),
        "segments": _segment_truth(nerve, sizes),
        "axons": axons,
    }


def _sensory_truth(nerve: AttackedNerve[Axons], side: Side) -> dict[str, Any]:
    return {
        "nerve": nerve.axons.pool.nerve,
        "side": side.value,
        "n_axons": nerve.axons.count,
        "segments": _segment_truth(nerve, np.ones(nerve.axons.count)),
    }


def _segment_truth(nerve: AttackedNerve[SomeAxons], sizes: Array) -> list[dict[str, Any]]:
    alive = ~nerve.axons.is_lost
    segments = []
    for s, segment in enumerate(nerve.segments):
        blocked = nerve.is_blocked[s] & alive
        slowed = alive & ~blocked & (nerve.delay_ms[s] > SLOWED_MS)
        conducting = nerve.delay_ms[s][alive & ~blocked]
        weight = float(sizes[alive].sum())
        segments.append(
            {
                "distal_site": segment.distal,
                "proximal_site": segment.proximal,
                "blocked_fraction": _share(blocked, alive),
                "blocked_size_fraction": float(sizes[blocked].sum() / weight) if weight else None,
                "slowed_fraction": _share(slowed, alive),
                "mean_delay_ms": float(conducting.mean()) if conducting.size else None,
                "delay_sd_ms": float(conducting.std()) if conducting.size else None,
                "solved_by": nerve.solved_by[s],
            }
        )
    return segments


def _share(part: NDArray[np.bool_], whole: NDArray[np.bool_]) -> float | None:
    return float(part.sum() / whole.sum()) if whole.any() else None
