"""What does each segment of each nerve do? Measured from sweeps or numbers, and judged by every published edition.

`judge_study` is the one visible path: Study -> StudyResult. `measure` marks sweeps; `judge_block` grades one segment by one
edition; `detect` looks for what fakes or hides a block; `findings_from_study` and `facts_from_study` hand the case what the
criteria read. Definitions and limits: EFNS/PNS 2010, AAEM 1999/2003, Utrecht 2000, Pfeiffer 2000, EAN/PNS 2021 (data files).
"""

from .block_criteria import (
    BlockEdition,
    BlockGrade,
    BlockVerdict,
    block_editions,
    chosen_editions,
    judge_block,
)
from .detectors import detect
from .document import to_document
from .f_waves import FWaves, measure_f_waves
from .facts import NerveFacts, StudyFacts, facts_from_study, findings_from_study
from .judgement import SegmentResult, StudyResult, judge_study
from .markers import Markers, measure
from .reference_limits import Limit, ReferenceLimits, read_limits, reference_limits
from .segments import Segment, build_segments
from .sensory import SensoryResult, judge_sensory
from .study import Context, MarkedRecording, Study, complete
from .summary import Pattern, Summary

__all__ = [
    "BlockEdition",
    "BlockGrade",
    "BlockVerdict",
    "Context",
    "FWaves",
    "Limit",
    "MarkedRecording",
    "Markers",
    "NerveFacts",
    "Pattern",
    "ReferenceLimits",
    "Segment",
    "SegmentResult",
    "SensoryResult",
    "Study",
    "StudyFacts",
    "StudyResult",
    "Summary",
    "block_editions",
    "build_segments",
    "chosen_editions",
    "complete",
    "detect",
    "facts_from_study",
    "findings_from_study",
    "judge_block",
    "judge_sensory",
    "judge_study",
    "measure",
    "measure_f_waves",
    "read_limits",
    "reference_limits",
    "to_document",
]
