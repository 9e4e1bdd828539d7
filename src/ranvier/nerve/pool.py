"""Motor-unit pools as data: how many axons a muscle has, how fast, how large their units, where one stimulates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ranvier.terms import DataError, NerveError
from ranvier.terms.vocabulary import nearest, read_toml

from .muscle import MuscleGeometry, Units, draw_units

Array = NDArray[np.float64]
POOLS = Path(__file__).parent / "pools"
FEWEST_UNITS = 20
SHORTEST_CM, TALLEST_CM = 100.0, 220.0


@dataclass(frozen=True)
class Site:
    """A stimulation site: distance from the recording electrode, and the velocity gain from here upwards."""

    id: str
    distance_mm: float
    velocity_gain: float = 1.0


@dataclass(frozen=True, kw_only=True)
class NervePool:
    """What motor and sensory axons have in common: a nerve, its sites, and the person they are described for."""

    id: str
    nerve: str
    n_fascicles: int
    height_cm: float
    reference_celsius: float
    sites: tuple[Site, ...]


def site_distance_mm(pool: NervePool, height_cm: float) -> dict[str, float]:
    """Distance of each site from the recording electrode in a person of this height.

    The most distal distance is a matter of technique and does not grow with the person. [mm]
    """
    first = pool.sites[0].distance_mm
    scale = height_cm / pool.height_cm
    return {site.id: first + (site.distance_mm - first) * scale for site in pool.sites}


@dataclass(frozen=True, kw_only=True)
class SensoryPool(NervePool):
    """The sensory axons beside a muscle's, for the SNAP."""

    record_at: str
    count: int
    mean_m_per_s: float
    sd_m_per_s: float
    fibre_potential_ms: float
    amplitude_uv: float


@dataclass(frozen=True, kw_only=True)
class MotorPool(NervePool):
    """What a muscle's motor axons are like in general; `draw_axons` draws one person's."""

    label: str
    muscle: str
    unit_count: int
    unit_count_sd: float
    velocity_mean_m_per_s: float
    velocity_sd_m_per_s: float
    truncate_sd: float
    size_mean_uv: float
    size_sigma_ln: float
    size_by_velocity: float
    terminal_ms: float
    terminal_sd_ms: float
    geometry: MuscleGeometry
    sensory: SensoryPool | None = None


@dataclass(frozen=True, eq=False)
class Axons:
    """One person's axons of one kind; every array has shape (n_axons,).

    Velocities are those of the distal segment at the pool's reference temperature. `is_lost` axons have degenerated.
    """

    pool: NervePool
    velocity_m_per_s: Array
    fascicle: NDArray[np.int64]
    is_lost: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """All axons, lost ones included."""
        return int(self.velocity_m_per_s.size)


@dataclass(frozen=True, eq=False)
class MotorAxons(Axons):
    """One person's motor axons to a muscle. Sizes are negative peaks of units recorded alone."""

    pool: MotorPool
    size_mv: Array
    terminal_ms: Array
    units: Units


def pool_names() -> list[str]:
    """Every pool that has a data file."""
    return sorted(path.stem for path in POOLS.glob("*.toml"))


@cache
def load_pool(name: str) -> MotorPool:
    """Read a pool. Raises NerveError (no such pool) or DataError (a block without a source)."""
    if name not in pool_names():
        close = nearest(name, pool_names())
        raise NerveError(
            path="pool", given=f'"{name}"', expected=f"One of: {', '.join(pool_names())}.{close}"
        )
    content = read_toml(POOLS / f"{name}.toml")
    for key in ("units", "velocity_m_per_s", "unit_size", "terminal", "muscle_fibres"):
        if not content[key].get("source"):
            raise DataError(
                path=f"{name}.toml: {key}", given="no source", expected="Every block names its source"
            )
    velocity, size, terminal = content["velocity_m_per_s"], content["unit_size"], content["terminal"]
    geometry: Mapping[str, Any] = {k: v for k, v in content["muscle_fibres"].items() if k != "source"}
    return MotorPool(
        id=content["id"],
        label=content["label"],
        nerve=content["nerve"],
        muscle=content["muscle"],
        n_fascicles=content["n_fascicles"],
        height_cm=content["height_cm"],
        unit_count=content["units"]["count"],
        unit_count_sd=content["units"]["sd"],
        velocity_mean_m_per_s=velocity["mean"],
        velocity_sd_m_per_s=velocity["sd"],
        truncate_sd=velocity["truncate_sd"],
        reference_celsius=velocity["reference_celsius"],
        size_mean_uv=size["mean_uv"],
        size_sigma_ln=size["sigma_ln"],
        size_by_velocity=size["size_by_velocity"],
        terminal_ms=terminal["latency_ms"],
        terminal_sd_ms=terminal["sd_ms"],
        geometry=MuscleGeometry(**geometry),
        sites=tuple(Site(s["id"], s["distance_mm"], s["velocity_gain"]) for s in content["site"]),
        sensory=_sensory(content),
    )


def _sensory(content: Mapping[str, Any]) -> SensoryPool | None:
    row = content.get("sensory")
    if row is None:
        return None
    nerve = row.get("nerve", content["nerve"])
    sites = tuple(Site(s["id"], s["distance_mm"], s.get("velocity_gain", 1.0)) for s in row["site"])
    return SensoryPool(
        id=f"{content['id']}.sensory",
        nerve=nerve,
        record_at=row["record_at"],
        n_fascicles=content["n_fascicles"],
        height_cm=content["height_cm"],
        reference_celsius=content["velocity_m_per_s"]["reference_celsius"],
        count=row["count"],
        mean_m_per_s=row["mean_m_per_s"],
        sd_m_per_s=row["sd_m_per_s"],
        fibre_potential_ms=row["fibre_potential_ms"],
        amplitude_uv=row["amplitude_uv"],
        sites=sites,
    )


def draw_axons(pool: MotorPool, generator: np.random.Generator, *, count: int | None = None) -> MotorAxons:
    """Draw one person's axons.

    Parameters
        count : How many; drawn from the pool's own spread if not given.
    Raises
        NerveError: fewer than one.
    """
    if count is None:
        count = max(FEWEST_UNITS, round(generator.normal(pool.unit_count, pool.unit_count_sd)))
    if count < 1:
        raise NerveError(path="count", given=f"{count}", expected="At least one axon")
    z = truncated_normal(generator, count, pool.truncate_sd)
    size_z = pool.size_by_velocity * z + np.sqrt(1 - pool.size_by_velocity**2) * generator.standard_normal(
        count
    )
    size = np.exp(pool.size_sigma_ln * size_z)
    # Scaled by the pool's mean, so that more axons mean a larger response.
    size *= pool.size_mean_uv * 1e-3 / np.exp(pool.size_sigma_ln**2 / 2)
    return MotorAxons(
        pool=pool,
        velocity_m_per_s=pool.velocity_mean_m_per_s + pool.velocity_sd_m_per_s * z,
        size_mv=size,
        terminal_ms=np.maximum(0.3, generator.normal(pool.terminal_ms, pool.terminal_sd_ms, count)),
        fascicle=generator.integers(0, pool.n_fascicles, count),
        units=draw_units(pool.geometry, generator, count),
        is_lost=np.zeros(count, dtype=bool),
    )


def truncated_normal(generator: np.random.Generator, count: int, limit: float) -> Array:
    """Draw standard normal values, redrawing those beyond the limit."""
    values = generator.standard_normal(count)
    while (outside := np.abs(values) > limit).any():
        values[outside] = generator.standard_normal(int(outside.sum()))
    return values
