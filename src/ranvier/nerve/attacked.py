"""A nerve under a lesion file: for every axon and every segment, blocked or not, and how much later.

Each affected axon is simulated over the attacked stretch alone, with healthy internodes on either side, and compared
with its healthy self; the healthy rest of the nerve is distance over velocity. Where every lesion of an axon is one
uniform size, the tables of `surface` give the same answer in far less time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DocumentRefused, Fault

from .fibre import Fibre, build_fibre
from .lesion import Stretch
from .lesion_file import LesionEntry, LesionFile
from .pool import Axons, NervePool, SensoryPool, site_distance_mm
from .propagation import Pulse, conduct
from .spread import Spread
from .velocity import diameter_for_velocity_um, healthy_velocity_m_per_s

Array = NDArray[np.float64]
SomeAxons = TypeVar("SomeAxons", bound=Axons)
ItsAxons = TypeVar("ItsAxons", bound=Axons, covariant=True)
#: Healthy internodes on each side of the attacked stretch; farther ones are not felt (tests: concatenation).
MARGIN = 14
SLOWED_MS = 0.05
LONGEST_DELAY_MS = 25.0


@dataclass(frozen=True)
class Segment:
    """The nerve between two neighbouring sites (or the recording electrode and the first). [mm from the electrode]"""

    distal: str
    proximal: str
    start_mm: float
    end_mm: float
    velocity_gain: float


@dataclass(frozen=True, eq=False)
class AttackedNerve(Generic[ItsAxons]):
    """One nerve's axons with what each segment does to each.

    `is_blocked` and `delay_ms` have shape (n_segments, n_axons); delay is added to the healthy time, 0 where blocked.
    `diameter_um` and `velocity_m_per_s` (n_axons,) are at the limb's temperature.
    """

    axons: ItsAxons
    segments: tuple[Segment, ...]
    celsius: float
    diameter_um: Array
    velocity_m_per_s: Array
    is_blocked: NDArray[np.bool_]
    delay_ms: Array
    solved_by: tuple[str, ...]


def nerve_segments(pool: NervePool, height_cm: float) -> tuple[Segment, ...]:
    """Cut a nerve at its sites, most distal first."""
    distances = site_distance_mm(pool, height_cm)
    segments = []
    before, gain = ("electrode", 0.0), 1.0
    for site in pool.sites:
        segments.append(Segment(before[0], site.id, before[1], distances[site.id], gain))
        before, gain = (site.id, distances[site.id]), site.velocity_gain
    return tuple(segments)


def attack_nerve(
    axons: SomeAxons,
    lesions: LesionFile,
    *,
    placed_on: NervePool | None = None,
    side: str = "right",
    celsius: float = 34.0,
    height_cm: float = 170.0,
    exact: bool = False,
    workers: int = 1,
) -> AttackedNerve[SomeAxons]:
    """Apply a lesion file to a nerve's axons.

    Parameters
        placed_on : The motor pool by whose sites and electrode a mixed nerve's lesions are placed; its own if not given.
        exact : Simulate every affected axon instead of reading the tables where they apply.
    Raises
        DocumentRefused: a lesion names sites this nerve does not have, or lies outside it.
    """
    pool = axons.pool
    segments = nerve_segments(pool, height_cm)
    diameter = diameter_for_velocity_um(axons.velocity_m_per_s, pool.reference_celsius)
    velocity = healthy_velocity_m_per_s(diameter, celsius)
    entries = [(i, e) for i, e in enumerate(lesions.entries) if applies(e, pool, side)]
    shift = pool.sites[0].distance_mm - (placed_on or pool).sites[0].distance_mm
    stretches = []
    for i, entry in entries:
        start, end = stretch_of(i, entry, placed_on or pool, height_cm)
        stretches.append((start + shift, end + shift))
    is_blocked = np.zeros((len(segments), axons.count), dtype=bool)
    delay = np.zeros((len(segments), axons.count))
    generator = np.random.default_rng([lesions.seed, _number(pool.id), int(side == "left")])
    affected = [_affected(entry, axons, generator) for _, entry in entries]
    drawn = [_draw_per_axon(entry, axons.count, generator) for _, entry in entries]
    solved_by = []
    for s, segment in enumerate(segments):
        parts = []
        for k, (start, end) in enumerate(stretches):
            low, high = max(start, segment.start_mm), min(end, segment.end_mm)
            if high > low:
                parts.append((k, low, high))
        if not parts:
            solved_by.append("healthy")
            continue
        members = np.flatnonzero(np.any([affected[k] for k, _, _ in parts], axis=0) & ~axons.is_lost)
        plan = [[(drawn[k][i], low, high) for k, low, high in parts if affected[k][i]] for i in members]
        blocked, extra, how = _solve_segment(
            diameter[members], plan, segment, lesions, celsius, exact=exact, workers=workers
        )
        is_blocked[s, members], delay[s, members] = blocked, np.where(blocked, 0.0, extra)
        solved_by.append(how)
    return AttackedNerve(axons, segments, celsius, diameter, velocity, is_blocked, delay, tuple(solved_by))


def applies(entry: LesionEntry, pool: NervePool, side: str) -> bool:
    """Whether a lesion is meant for these axons and this side; unnamed ones are for the right median motor axons."""
    kind = "sensory" if isinstance(pool, SensoryPool) else "motor"
    return (
        (entry.nerve or "median") == pool.nerve
        and (entry.side or "right") == side
        and entry.axons in (kind, "both")
    )


def _number(text: str) -> int:
    return int.from_bytes(text.encode(), "big") % 2**31


def _affected(entry: LesionEntry, axons: Axons, generator: np.random.Generator) -> NDArray[np.bool_]:
    eligible = np.ones(axons.count, dtype=bool)
    if entry.fascicle is not None:
        eligible = axons.fascicle == entry.fascicle % axons.pool.n_fascicles
    chosen = generator.permutation(np.flatnonzero(eligible))[
        : round(entry.affected_fraction * eligible.sum())
    ]
    result = np.zeros(axons.count, dtype=bool)
    result[chosen] = True
    return result


def _draw_per_axon(entry: LesionEntry, count: int, generator: np.random.Generator) -> list[LesionEntry]:
    """Draw one size for an axon's whole stretch, unless the file wants one for each element."""
    if not isinstance(entry.size, Spread) or entry.per == "element":
        return [entry] * count
    return [entry.with_size(size) for size in entry.size.draw(generator, count)]


def stretch_of(index: int, entry: LesionEntry, pool: NervePool, height_cm: float) -> tuple[float, float]:
    """Where a lesion lies along a nerve, from the recording electrode. Raises DocumentRefused. [mm]"""
    distances = site_distance_mm(pool, height_cm)
    path = f"lesion[{index}]"
    if entry.between is None:
        if entry.from_mm is None or entry.to_mm is None:
            fault = Fault(path, "placed by number", "In a nerve: between two sites, or from_mm and to_mm")
            raise DocumentRefused([fault])
        start, end = entry.from_mm, entry.to_mm
    else:
        unknown = [site for site in entry.between if site not in distances]
        if unknown:
            expected = f"Sites of the {pool.nerve} nerve: {', '.join(distances)}"
            raise DocumentRefused([Fault(f"{path}.between", ", ".join(unknown), expected)])
        low, high = sorted(distances[site] for site in entry.between)
        length = min(entry.length_mm if entry.length_mm is not None else high - low, high - low)
        start = low + entry.at_fraction * (high - low - length)
        end = start + length
    farthest = max(distances.values())
    if start < 0 or end > farthest or end <= start:
        expected = f"Within 0 to {farthest:g} mm from the recording electrode"
        raise DocumentRefused([Fault(path, f"{start:g} to {end:g} mm", expected)])
    return start, end


def _solve_segment(
    diameter_um: Array,
    plan: Sequence[Sequence[tuple[LesionEntry, float, float]]],
    segment: Segment,
    lesions: LesionFile,
    celsius: float,
    *,
    exact: bool,
    workers: int,
) -> tuple[NDArray[np.bool_], Array, str]:
    n = diameter_um.size
    blocked, delay, sure = np.zeros(n, dtype=bool), np.zeros(n), np.zeros(n, dtype=bool)
    if not exact and not lesions.pump:
        from .surface import read_segment

        blocked, delay, sure = read_segment(diameter_um, plan, celsius)
    rest = np.flatnonzero(~sure)
    if rest.size:
        generator = np.random.default_rng([lesions.seed, round(segment.start_mm), round(segment.end_mm)])
        pairs = [
            attack_section(float(diameter_um[i]), plan[int(i)], lesions, celsius, generator) for i in rest
        ]
        blocked[rest], delay[rest] = compare_with_healthy(
            [attacked for attacked, _ in pairs], [healthy for _, healthy in pairs], workers=workers
        )
    how = (
        "table"
        if rest.size == 0
        else "simulation"
        if rest.size == n
        else f"table, {rest.size} of {n} simulated"
    )
    return blocked, delay, how


def attack_section(
    diameter_um: float,
    own: Sequence[tuple[LesionEntry, float, float]],
    lesions: LesionFile,
    celsius: float,
    generator: np.random.Generator,
) -> tuple[Fibre, Fibre]:
    """Build one axon over its attacked stretch, with healthy internodes on both sides.

    Returns
        The attacked fibre and its healthy self; node 0 is the proximal end.
    """
    start = min(low for _, low, _ in own)
    end = max(high for _, _, high in own)
    sound = _section(diameter_um, end - start, celsius)
    margin_mm = MARGIN * sound.geometry.node_spacing_um / 1000.0
    # The impulse comes from the proximal end: node 0 is beyond the far side of the stretch.
    changes = [
        entry.on(sound, Stretch(margin_mm + end - high, margin_mm + end - low), generator)
        for entry, low, high in own
    ]
    return lesions.with_pump(sound.with_lesions(changes)), sound


def _section(diameter_um: float, stretch_mm: float, celsius: float) -> Fibre:
    spacing_mm = build_fibre(diameter_um, n_nodes=3).geometry.node_spacing_um / 1000.0
    n_inside = max(1, round(stretch_mm / spacing_mm))
    return build_fibre(diameter_um, n_nodes=n_inside + 2 * MARGIN + 1, celsius=celsius)


def compare_with_healthy(
    attacked: Sequence[Fibre], healthy: Sequence[Fibre], *, workers: int = 1, time_step_us: float = 5.0
) -> tuple[NDArray[np.bool_], Array]:
    """Stimulate pairs of fibres.

    Returns
        (n,) blocked, and (n,) arrival at the far end later than in the healthy one; NaN where blocked. [ms]
    """
    longest = max(float(f.node_position_mm[-1]) / (2.0 * f.diameter_um) for f in healthy)
    runs = conduct(
        [*attacked, *healthy],
        [Pulse(start_ms=0.1)],
        duration_ms=longest + LONGEST_DELAY_MS,
        time_step_us=time_step_us,
        stop_when_node_fires=-1,
        workers=workers,
    )
    arrival = np.array([run.arrival_ms[-3] for run in runs])
    late = arrival[: len(attacked)] - arrival[len(attacked) :]
    return ~np.isfinite(late), late
