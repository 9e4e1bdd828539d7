"""Every artefact detector, in the order in which they are told. Each is a function of a Scene; tests hold a table for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from . import recording_artefacts as recording
from . import stimulation_artefacts as stimulation
from .artefact import Flag, Scene

Detector = Callable[[Scene], Iterator[Flag]]

DETECTORS: tuple[Detector, ...] = (
    recording.site_order_error,
    recording.implausible_numbers,
    stimulation.martin_gruber,
    stimulation.submaximal_proximal_stimulation,
    stimulation.co_stimulation,
    stimulation.erb_without_collision,
    stimulation.supramaximal_not_recorded,
    recording.phase_cancellation,
    recording.low_distal_response,
    recording.absent_proximal_response,
    recording.early_wallerian_degeneration,
    recording.cold_limb,
    recording.electrode_shift,
    recording.tibial_nerve,
    recording.short_segment,
    recording.generalised_slowing,
    recording.other_compression_site,
    recording.site_elbow_is_ambiguous,
)


def detect(scene: Scene) -> tuple[Flag, ...]:
    """Run every detector."""
    return tuple(flag for detector in DETECTORS for flag in detector(scene))
