"""Delay and block of one axon, tabulated over lesion, length, diameter and temperature.

For a uniform loss of myelin or of nodal sodium the solver was run once over a grid (`build_surfaces`, some minutes): the
largest remaining fraction that blocks, and the delay above it. A nerve of some hundred axons then reads its answers
in milliseconds. Whatever lies outside the grid, near the edge of block or between corners of unlike fate is marked and
left to the simulation. The stored error (`Surface.error`) was measured on random lesions against the simulation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from .attacked import MARGIN, compare_with_healthy
from .fibre import build_fibre
from .lesion import Elements, Lesion, MyelinLoss, SodiumLoss
from .lesion_file import LesionEntry
from .model import load_model

Array = NDArray[np.float64]
FILE = Path(__file__).parent / "surfaces" / "mrg_2002.npz"
TABULATED = ("myelin_loss", "sodium_loss")
DIAMETERS_UM = np.array([5.0, 6.5, 8.0, 9.5, 11.0, 13.0, 15.9])
COUNTS = np.array([1, 2, 3, 4, 6, 9, 14, 22, 36, 60])
CELSIUS = np.array([25.0, 29.0, 33.0, 37.0, 41.0])
#: How far above the edge of block: log(f / f_edge) / log(1 / f_edge), 0 at the edge and 1 when healthy.
HEIGHTS = np.array([0.004, 0.012, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.42, 0.58, 0.78, 1.0])
LOWEST_FRACTION = 1e-3
EDGE_TOLERANCE = 2e-3
#: Fractions this near the edge (relative) are simulated: the table's edge is not better than that.
EDGE_BAND = 0.04


@dataclass(frozen=True, eq=False)
class Surface:
    """One kind of lesion: `edge` (D, N, T) fraction below which it blocks (`LOWEST_FRACTION`: never), and
    `delay_ms` (D, N, T, height). `error` says how far it is from the simulation.
    """  # fmt: skip

    edge: Array
    delay_ms: Array
    error: dict[str, float]

    def read(
        self, diameter_um: Array, count: Array, celsius: float, fraction: Array
    ) -> tuple[NDArray[np.bool_], Array, NDArray[np.bool_]]:
        """Look lesions up.

        Returns
            (n,) blocked, (n,) delay [ms], (n,) sure; where it is not sure, simulate.
        """
        axes = (DIAMETERS_UM, np.log(COUNTS), CELSIUS)
        at = (diameter_um, np.log(np.maximum(count, 1)), np.full_like(diameter_um, celsius))
        inside = count >= 1
        places, weights = [], []
        for axis, value in zip(axes, at, strict=True):
            inside &= (value >= axis[0] - 1e-9) & (value <= axis[-1] + 1e-9)
            low = np.clip(np.searchsorted(axis, value, side="right") - 1, 0, axis.size - 2)
            places.append(low)
            weights.append(np.clip((value - axis[low]) / (axis[low + 1] - axis[low]), 0.0, 1.0))
        log_edge = np.zeros(diameter_um.size)
        delays = np.zeros((diameter_um.size, HEIGHTS.size))
        n_free, n_corners = np.zeros(diameter_um.size), np.zeros(diameter_um.size)
        for corner in product((0, 1), repeat=3):
            weight = np.ones(diameter_um.size)
            index = []
            for step, low, w in zip(corner, places, weights, strict=True):
                weight *= w if step else 1.0 - w
                index.append(low + step)
            edge = self.edge[tuple(index)]
            log_edge += weight * np.log(edge)
            delays += weight[:, None] * self.delay_ms[tuple(index)]
            used = weight > 1e-9
            n_corners += used
            n_free += used & (edge <= LOWEST_FRACTION)
        fraction = np.maximum(fraction, LOWEST_FRACTION)
        height = (np.log(fraction) - log_edge) / -log_edge
        delay = np.array(
            [
                np.interp(np.log(max(h, HEIGHTS[0])), np.log(HEIGHTS), row)
                for h, row in zip(height, delays, strict=True)
            ]
        )
        never_blocks = n_free == n_corners
        is_blocked = (height < 0) & ~never_blocks
        near = np.abs(np.log(fraction) - log_edge) < EDGE_BAND
        sure = inside & ((n_free == 0) | never_blocks) & (~near | never_blocks)
        return is_blocked, delay, sure & np.isfinite(delay)


@cache
def load_surfaces() -> dict[str, Surface]:
    """Read the stored tables; empty if the package has none."""
    if not FILE.exists():
        return {}
    with np.load(FILE) as stored:
        return {
            kind: Surface(
                edge=stored[f"{kind}_edge"].astype(np.float64),
                delay_ms=stored[f"{kind}_delay_ms"].astype(np.float64),
                error=dict(zip(ERROR_NAMES, map(float, stored[f"{kind}_error"]), strict=True)),
            )
            for kind in TABULATED
        }


ERROR_NAMES = ("wrong_block_fraction", "unsure_fraction", "median_delay_us", "p95_delay_us", "n")


def element_count(kind: str, stretch_mm: float, diameter_um: Array) -> NDArray[np.int64]:
    """Internodes or nodes that a stretch takes in, as `attacked` lays it."""
    model = load_model("mrg_2002")
    spacing_mm = np.array([model.geometry(float(d)).node_spacing_um for d in diameter_um]) / 1000.0
    if kind == "sodium_loss":
        return np.floor(stretch_mm / spacing_mm + 1e-9).astype(np.int64) + 1
    return np.maximum(1, np.floor(stretch_mm / spacing_mm + 0.5 + 1e-9).astype(np.int64))


def read_segment(
    diameter_um: Array, plan: Sequence[Sequence[tuple[LesionEntry, float, float]]], celsius: float
) -> tuple[NDArray[np.bool_], Array, NDArray[np.bool_]]:
    """Look up every axon of a segment that has one uniform tabulated lesion.

    Returns
        (n,) blocked, (n,) delay [ms], (n,) sure.
    """
    n = diameter_um.size
    is_blocked, delay, sure = np.zeros(n, dtype=bool), np.zeros(n), np.zeros(n, dtype=bool)
    surfaces = load_surfaces()
    groups: dict[tuple[str, float], list[int]] = {}
    for i, own in enumerate(plan):
        if len(own) == 1:
            entry, low, high = own[0]
            if entry.kind in surfaces and entry.half is None and isinstance(entry.size, float):
                groups.setdefault((entry.kind, high - low), []).append(i)
    for (kind, stretch_mm), members in groups.items():
        at = np.array(members)
        fraction = np.array([float(plan[i][0][0].size) for i in members])  # type: ignore[arg-type]
        count = element_count(kind, stretch_mm, diameter_um[at])
        is_blocked[at], delay[at], sure[at] = surfaces[kind].read(
            diameter_um[at], count.astype(np.float64), celsius, fraction
        )
    return is_blocked, delay, sure


def lesion_of(kind: str, count: int, fraction: float) -> Lesion:
    """The tabulated lesion, after `MARGIN` healthy internodes."""
    where = Elements(MARGIN, count)
    return MyelinLoss(where, fraction) if kind == "myelin_loss" else SodiumLoss(where, fraction)


def simulate(
    kind: str, diameter_um: float, count: int, celsius: float, fractions: Array
) -> tuple[NDArray[np.bool_], Array]:
    """Run the tabulated lesion at several fractions. Returns blocked and delay [ms]."""
    healthy = build_fibre(diameter_um, n_nodes=count + 2 * MARGIN + 1, celsius=celsius)
    attacked = [healthy.with_lesions([lesion_of(kind, count, float(f))]) for f in fractions]
    return compare_with_healthy(attacked, [healthy])


def build_surfaces(*, progress: bool = False, n_checks: int = 200) -> None:
    """Compute and store the tables, with their error on random lesions."""
    stored: dict[str, Array] = {}
    for kind in TABULATED:
        edge = np.zeros((DIAMETERS_UM.size, COUNTS.size, CELSIUS.size))
        delay = np.zeros((*edge.shape, HEIGHTS.size))
        for i, j, k in product(*map(range, edge.shape)):
            case = (kind, float(DIAMETERS_UM[i]), int(COUNTS[j]), float(CELSIUS[k]))
            edge[i, j, k] = find_edge(*case)
            fractions = edge[i, j, k] ** (1.0 - HEIGHTS)
            delay[i, j, k] = np.nan_to_num(simulate(*case, fractions)[1], nan=np.inf)
            if progress and j == k == 0:
                print(f"{kind} {DIAMETERS_UM[i]:g} um", flush=True)
        # An infinite delay beside the edge is held at the next finite one.
        for h in range(HEIGHTS.size - 2, -1, -1):
            delay[..., h] = np.where(np.isfinite(delay[..., h]), delay[..., h], delay[..., h + 1])
        surface = Surface(edge, delay, {})
        stored[f"{kind}_edge"] = edge.astype(np.float32)
        stored[f"{kind}_delay_ms"] = delay.astype(np.float32)
        stored[f"{kind}_error"] = np.array(list(measure_error(kind, surface, n_checks).values()))
    FILE.parent.mkdir(exist_ok=True)
    np.savez_compressed(FILE, allow_pickle=False, **stored)
    load_surfaces.cache_clear()


def find_edge(kind: str, diameter_um: float, count: int, celsius: float) -> float:
    """Largest remaining fraction that blocks; `LOWEST_FRACTION` if none does."""
    low, high = LOWEST_FRACTION, 1.0
    if not simulate(kind, diameter_um, count, celsius, np.array([low]))[0][0]:
        return LOWEST_FRACTION
    while high / low > 1.0 + EDGE_TOLERANCE:
        inner = np.geomspace(low, high, 17)[1:-1]
        blocked = np.flatnonzero(simulate(kind, diameter_um, count, celsius, inner)[0])
        grid = [low, *inner, high]
        edge = int(blocked[-1]) if blocked.size else -1
        low, high = float(grid[edge + 1]), float(grid[edge + 2])
    return high


def measure_error(kind: str, surface: Surface, n: int, seed: int = 5) -> dict[str, float]:
    """Compare the table with the simulation on random lesions between its rows."""
    generator = np.random.default_rng(seed)
    wrong, errors, unsure = 0, [], 0
    for _ in range(n):
        diameter = float(generator.uniform(5.0, 15.9))
        celsius = float(generator.uniform(25.0, 41.0))
        count = int(np.exp(generator.uniform(0.0, np.log(60.0))))
        fraction = float(np.exp(generator.uniform(np.log(0.01), 0.0)))
        blocked, delay, sure = surface.read(
            np.array([diameter]), np.array([count]), celsius, np.array([fraction])
        )
        if not sure[0]:
            unsure += 1
            continue
        true_block, true_delay = simulate(kind, diameter, count, celsius, np.array([fraction]))
        if bool(true_block[0]) != bool(blocked[0]):
            wrong += 1
        elif not blocked[0]:
            errors.append(abs(float(true_delay[0] - delay[0])) * 1e3)
    tested = max(1, n - unsure)
    values = (
        wrong / tested,
        unsure / n,
        float(np.median(errors)),
        float(np.percentile(errors, 95)),
        float(n),
    )
    return dict(zip(ERROR_NAMES, values, strict=True))
