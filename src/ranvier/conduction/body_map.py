"""A map of the body with the nerves that were tested and where a block was found. Seen from the front: right is left."""

from __future__ import annotations

from itertools import pairwise

from ranvier.figure import COLOURS, Figure
from ranvier.recording import Kind
from ranvier.terms import Verdict, vocabulary

from .block_criteria import BlockGrade
from .judgement import LEADING_EDITION, SegmentResult, StudyResult
from .segments import words

WIDTH, HEIGHT, MIDDLE = 420.0, 560.0, 210.0
SKIN = "#eef1f4"
OUTLINE = "#c3ccd4"
# Where a site lies on the right side, as (x from the midline, y), by its order along the limb.
ARM = ((0, (166.0, 338.0)), (20, (150.0, 296.0)), (31, (122.0, 222.0)), (34, (118.0, 210.0)), (40, (80.0, 142.0)),
       (50, (40.0, 106.0)), (60, (10.0, 92.0)))  # fmt: skip
LEG = ((0, (62.0, 540.0)), (20, (52.0, 508.0)), (31, (50.0, 424.0)), (40, (48.0, 396.0)), (50, (40.0, 290.0)))
ACROSS = {"median": 0.0, "ulnar": 7.0, "radial": -7.0, "musculocutaneous": -3.0, "axillary": -5.0, "peroneal": 6.0,
          "tibial": -3.0, "sural": 10.0, "superficial_peroneal": 8.0, "femoral": -7.0, "medial_antebrachial": 11.0}  # fmt: skip
LOOK = {
    BlockGrade.DEFINITE: (COLOURS["vermilion"], 5.0, None, "definite block"),
    BlockGrade.PROBABLE: (COLOURS["orange"], 5.0, None, "probable block"),
    BlockGrade.UNKNOWN: (COLOURS["muted"], 3.0, "3 3", "not decided"),
    BlockGrade.NONE: (COLOURS["blue"], 2.5, None, "tested, no block"),
}


def body_map(result: StudyResult, *, edition: str = LEADING_EDITION) -> Figure:
    """Draw every tested motor segment on the limb it belongs to, and each sensory nerve at its end."""
    blocked = [
        s.segment.place
        for s in result.segments
        if _grade(s, edition) in (BlockGrade.DEFINITE, BlockGrade.PROBABLE)
    ]
    told = "Blocks: " + ", ".join(blocked) if blocked else "No block"
    figure = Figure(
        width=WIDTH, height=HEIGHT + 118, title="Nerves tested and blocks found", description=f"{told}."
    )
    _body(figure)
    figure.text((40, 34), "Right", size=18, bold=True, colour=COLOURS["muted"])
    figure.text((WIDTH - 40, 34), "Left", size=18, bold=True, anchor="end", colour=COLOURS["muted"])
    for s in result.segments:
        _segment(figure, s, edition)
    for sensory in result.sensory:
        colour = {Verdict.MET: COLOURS["green"], Verdict.NOT_MET: COLOURS["purple"]}.get(
            sensory.normal, COLOURS["muted"]
        )
        x, y = _point(sensory.nerve, sensory.side, 6 if vocabulary.limb(sensory.nerve) == "upper" else 8)
        figure.circle((x, y), 4.2, fill=colour, stroke=COLOURS["paper"])
    _labels(figure, result)
    _legend(figure)
    return figure


def _grade(s: SegmentResult, edition: str) -> BlockGrade:
    return s.grades.get(edition, BlockGrade.UNKNOWN)


def _point(nerve: str, side: str, order: float) -> tuple[float, float]:
    track = ARM if vocabulary.limb(nerve) == "upper" else LEG
    at = min(max(order, track[0][0]), track[-1][0])
    for (low, (x0, y0)), (high, (x1, y1)) in pairwise(track):
        if low <= at <= high:
            share = (at - low) / (high - low)
            x, y = x0 + share * (x1 - x0), y0 + share * (y1 - y0)
            break
    # Nerves lie beside each other in the limb and meet at the plexus.
    spread = ACROSS.get(nerve, 0.0) * min(1.0, max(0.25, (track[-1][0] - at) / 20.0))
    x -= spread
    return (MIDDLE - x if side == "right" else MIDDLE + x), y


def _segment(figure: Figure, s: SegmentResult, edition: str) -> None:
    segment = s.segment
    if segment.limb not in ("upper", "lower"):
        return
    colour, width, dash, _ = LOOK[_grade(s, edition)]
    low, high = segment.orders
    orders = [low, *(o for o in (31, 34, 40) if low < o < high), high]
    points = [_point(segment.nerve, segment.side, order) for order in orders]
    figure.polyline(points, colour=colour, width=width, dash=dash)
    for point in (points[0], points[-1]):
        figure.circle(point, 2.2, fill=COLOURS["ink"])
    if _grade(s, edition) in (BlockGrade.DEFINITE, BlockGrade.PROBABLE):
        (x0, y0), (x1, y1) = points[0], points[-1]
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        # A mark that grey print keeps.
        figure.circle((x, y), 8, fill=COLOURS["paper"], stroke=colour)
        figure.line((x - 4, y - 4), (x + 4, y + 4), colour=colour, width=2.2)
        figure.line((x - 4, y + 4), (x + 4, y - 4), colour=colour, width=2.2)


def _labels(figure: Figure, result: StudyResult) -> None:
    """Names of the tested nerves beside each limb."""
    tested: dict[tuple[str, str], list[str]] = {}
    for item in result.recordings:
        r = item.recording
        limb = vocabulary.limb(r.nerve)
        if limb in ("upper", "lower") and r.kind is not Kind.F_WAVE:
            names = tested.setdefault((limb, r.side.value), [])
            name = words(r.nerve)
            if name not in names:
                names.append(name)
    for (limb, side), names in tested.items():
        x, anchor = (8.0, "start") if side == "right" else (WIDTH - 8.0, "end")
        y = 378.0 if limb == "upper" else 492.0
        for index, name in enumerate(names):
            figure.text((x, y + 18 * index), name, size=15.5, anchor=anchor)


def _body(figure: Figure) -> None:
    """A plain outline: head, trunk, arms a little away from the body, legs."""

    def limb(points: list[tuple[float, float]], width: float) -> None:
        for sign in (-1, 1):
            path = [(MIDDLE + sign * x, y) for x, y in points]
            figure.raw(
                f'<polyline fill="none" stroke="{OUTLINE}" stroke-width="{width + 2:g}" stroke-linecap="round" '
                f'stroke-linejoin="round" points="{_text(path)}"/>'
            )
        for sign in (-1, 1):
            path = [(MIDDLE + sign * x, y) for x, y in points]
            figure.raw(
                f'<polyline fill="none" stroke="{SKIN}" stroke-width="{width:g}" stroke-linecap="round" '
                f'stroke-linejoin="round" points="{_text(path)}"/>'
            )

    figure.circle((MIDDLE, 46), 30, fill=SKIN, stroke=OUTLINE)
    limb([(52, 118), (80, 146), (120, 216), (151, 298), (166, 334)], 30)
    limb([(38, 290), (48, 398), (52, 508), (62, 536)], 42)
    trunk = [(-12, 74), (12, 74), (16, 92), (62, 104), (56, 160), (44, 210), (52, 270), (54, 310), (-54, 310), (-52, 270),
             (-44, 210), (-56, 160), (-62, 104), (-16, 92)]  # fmt: skip
    figure.polygon([(MIDDLE + x, y) for x, y in trunk], fill=SKIN)


def _text(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


def _legend(figure: Figure) -> None:
    """Four lines and three dots, in two columns, large enough to be read on paper."""
    top = HEIGHT + 30
    for index, grade in enumerate(
        (BlockGrade.DEFINITE, BlockGrade.PROBABLE, BlockGrade.UNKNOWN, BlockGrade.NONE)
    ):
        colour, width, dash, name = LOOK[grade]
        y = top + 24 * index
        figure.line((8, y), (34, y), colour=colour, width=width, dash=dash)
        figure.text((42, y + 5), name, size=15.5)
    for index, (name, colour) in enumerate(
        (("sensory normal", "green"), ("sensory abnormal", "purple"), ("sensory not decided", "muted"))
    ):
        y = top + 24 * index
        figure.circle((228, y), 5, fill=COLOURS[colour])
        figure.text((242, y + 5), name, size=15.5)
