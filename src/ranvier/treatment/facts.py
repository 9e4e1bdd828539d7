"""The treatment facts, read once from `parameters/*.toml`; an entry without a source or a mark is refused."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ranvier.terms import DataError, Mark, Source

FOLDER = Path(__file__).parent / "parameters"


def read_facts(path: Path) -> dict[str, dict[str, Any]]:
    """Read every entry of one parameter file; plain values at the top of the file are under the key "".

    Raises
        DataError: not TOML, or an entry without `citation`, with an empty one, or without a known `mark`.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DataError(path=path.name, given=f"not TOML ({error})", expected="A TOML file") from error
    facts: dict[str, dict[str, Any]] = {"": {}}
    for key, row in content.items():
        if not isinstance(row, dict):
            facts[""][key] = row
            continue
        if not str(row.get("citation", "")).strip():
            raise DataError(
                path=f"{path.name}: {key}",
                given="no `citation`",
                expected="Every fact names where it comes from",
            )
        if row.get("mark") not in {mark.value for mark in Mark}:
            raise DataError(
                path=f"{path.name}: {key}.mark",
                given=repr(row.get("mark")),
                expected="seen, recalled, derived or judgement",
            )
        facts[key] = row
    return facts


def source_of(row: Mapping[str, Any]) -> Source:
    """The source of one entry; a number read in a transcription says through which."""
    through = row.get("seen_through")
    return Source(str(row["citation"]), Mark(row["mark"]), locator=f"through {through}" if through else None)


@cache
def facts(name: str) -> Mapping[str, dict[str, Any]]:
    """The entries of `parameters/NAME.toml`, without the values at its top."""
    return {key: row for key, row in read_facts(FOLDER / f"{name}.toml").items() if key}


@cache
def setting(name: str, key: str) -> Any:
    """A plain value from the top of `parameters/NAME.toml`."""
    return read_facts(FOLDER / f"{name}.toml")[""][key]


@dataclass(frozen=True)
class Prior:
    """The belief about one quantity before any diary, normal on its own scale.

    `median` is at the reference weight and on the natural scale; `sd` is on the transformed one (`log`, `logit`), or the
    scale of a `half_normal`.
    """

    id: str
    label: str
    unit: str
    scale: str
    median: float
    sd: float
    low: float
    high: float
    sampled: bool
    per: str
    weight_exponent: float
    source: Source

    def __post_init__(self) -> None:
        if self.scale not in {"log", "logit", "half_normal"} or not self.low <= self.median <= self.high:
            raise DataError(
                path=f"priors.toml: {self.id}",
                given=f"scale {self.scale}, median {self.median} outside {self.low} to {self.high}",
                expected="scale log, logit or half_normal, and a median within its bounds",
            )

    def typical(self, weight_kg: float) -> float:
        """The median for a body weight; the published power of weight where there is one."""
        reference_kg = float(setting("priors", "reference_weight_kg"))
        return self.median * math.pow(weight_kg / reference_kg, self.weight_exponent)


@cache
def priors() -> Mapping[str, Prior]:
    """Every prior of `priors.toml` but the responder probability."""
    return {
        key: Prior(
            id=key,
            label=row["label"],
            unit=row["unit"],
            scale=row["scale"],
            median=row["median"],
            sd=row["sd"],
            low=row["low"],
            high=row["high"],
            sampled=row["sampled"],
            per=row["per"],
            weight_exponent=row.get("weight_exponent", 0.0),
            source=source_of(row),
        )
        for key, row in facts("priors").items()
        if key != "responder_probability"
    }


@dataclass(frozen=True)
class Measure:
    """A strength or function measure: its unit, error and smallest change that matters."""

    id: str
    label: str
    unit: str
    is_proportional: bool
    base_median: float
    base_sd: float
    gain_median: float
    gain_sd: float
    error_sd: float
    error_log_sd: float
    smallest_change: float
    plausible_high: float
    source: Source


@cache
def measures() -> Mapping[str, Measure]:
    """The measures that a diary may hold, by id (`grip_kg`, `grip_kpa`, `mrc_sum`, `mmn_rods`)."""
    return {
        key: Measure(
            id=key,
            label=row["label"],
            unit=row["unit"],
            is_proportional=row["kind"] == "proportional",
            base_median=row["base_median"],
            base_sd=row["base_sd"],
            gain_median=row.get("gain_median", 0.0),
            gain_sd=row.get("gain_sd", 0.0),
            error_sd=row["error_sd"],
            error_log_sd=row["error_log_sd"],
            smallest_change=row["smallest_change"],
            plausible_high=row["plausible_high"],
            source=source_of(row),
        )
        for key, row in facts("measures").items()
        if row.get("kind") in {"proportional", "additive"}
    }
