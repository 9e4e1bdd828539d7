"""The picture of the plans: lowest strength against grams a year and against days of treatment a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ranvier.figure import COLOURS, Axes, Figure

from .kinetics import Route
from .outlook import Outlook
from .plans import Plan

WIDTH, HEIGHT = 960.0, 372.0
LEFT, TOP, PANEL_WIDTH, PANEL_HEIGHT, BETWEEN = 62.0, 52.0, 424.0, 258.0, 32.0
OTHER = "#9aa5b1"  # plans that another beats, and refused ones: there, and behind the rest


def draw_plans(outlook: Outlook, numbers: Mapping[int, int]) -> Figure | None:
    """Draw every compared plan; None where no strength was measured.

    Parameters
        numbers : By place in `outlook.plans`, the number that the table beside the picture gives to a plan.
    """
    plans = [plan for plan in outlook.plans if plan.trough is not None]
    if not plans or outlook.series is None:
        return None
    figure = Figure(
        width=WIDTH,
        height=HEIGHT,
        title="Schedules compared: lowest strength against grams and days of treatment a year",
        description=_described(outlook, plans),
    )
    lows = [plan.trough.low for plan in plans if plan.trough] + ([outlook.level] if outlook.level else [])
    highs = [plan.trough.high for plan in plans if plan.trough] + ([outlook.level] if outlook.level else [])
    room = 0.06 * (max(highs) - min(lows) or 1.0)
    y_range = (max(0.0, min(lows) - room), max(highs) + room)
    for column, (label, value) in enumerate(PANELS):
        most = max(value(plan) for plan in plans)
        axes = Axes(
            figure,
            corner=(LEFT + column * (PANEL_WIDTH + BETWEEN), TOP),
            size=(PANEL_WIDTH, PANEL_HEIGHT),
            x_range=(0.0, most * 1.06),
            y_range=y_range,
        )
        unit = outlook.series.measure.unit
        axes.frame(
            x_label=label, y_label=f"lowest strength ({unit})" if column == 0 else "", y_ticks=column == 0
        )
        _level(axes, outlook.level, is_labelled=column == 1)
        order = sorted(outlook.plans, key=lambda plan: (not plan.is_refused, plan.is_pareto, plan.is_present))
        for plan in order:
            if plan.trough is not None:
                _mark(
                    axes, plan, value(plan), numbers.get(next(i for i, p in enumerate(outlook.plans) if p is plan))
                )  # fmt: skip
    _legend(figure)
    return figure


def _days(plan: Plan) -> float:
    return plan.infusion_days_per_year


def _grams(plan: Plan) -> float:
    return plan.schedule.grams_per_year


PANELS: Sequence[tuple[str, Callable[[Plan], float]]] = (
    ("grams a year", _grams),
    ("days of treatment a year", _days),
)


def _described(outlook: Outlook, plans: Sequence[Plan]) -> str:
    best = sum(plan.is_pareto for plan in plans)
    refused = sum(plan.is_refused for plan in plans)
    return (
        f"{len(plans)} schedules. {best} are beaten by no other on lowest strength, grams and days at once; {refused} are "
        "refused by a rule. The table beside the picture has the numbers."
    )


def _level(axes: Axes, level: float | None, *, is_labelled: bool) -> None:
    if level is None:
        return
    first, last = axes.x_range
    axes.figure.line(
        (axes.x(first), axes.y(level)), (axes.x(last), axes.y(level)), colour=COLOURS["vermilion"], dash="2 4"
    )
    if is_labelled:
        axes.figure.text(
            (axes.x(first) + 4, axes.y(level) - 5), "level to hold", size=11,
            colour=COLOURS["vermilion"],
        )  # fmt: skip


def _mark(axes: Axes, plan: Plan, at: float, number: int | None) -> None:
    """A plan: its 90 % interval as a line and a mark; filled if no other beats it, crossed if refused, ringed if present."""
    assert plan.trough is not None
    figure = axes.figure
    x, y = axes.x(at), axes.y(plan.trough.median)
    if plan.is_refused:
        for slope in (-1, 1):
            figure.line((x - 3.5, y - 3.5 * slope), (x + 3.5, y + 3.5 * slope), colour=OTHER, width=1.3)
        if not plan.is_present:
            return
    is_shown = plan.is_pareto or plan.is_present
    colour = COLOURS["blue" if plan.schedule.route is Route.INTRAVENOUS else "green"] if is_shown else OTHER
    if is_shown:
        low, high = axes.y(plan.trough.low), axes.y(plan.trough.high)
        figure.line((x, low), (x, high), colour=colour, width=1.4)
    if number is not None:
        figure.circle((x, y), 8.5, fill=colour, stroke="#ffffff")
        figure.text((x, y + 4), str(number), size=11, anchor="middle", colour="#ffffff", bold=True)
    elif not plan.is_refused:
        figure.circle((x, y), 4.0, fill=colour if is_shown else "#ffffff", stroke=colour)
    if plan.is_present:
        figure.circle((x, y), 12.0, fill="none", stroke=COLOURS["ink"])
        figure.text((x - 15, y + 4), "now", size=11, anchor="end", bold=True)


def _legend(figure: Figure) -> None:
    figure.text((LEFT, 18), "Schedules compared, once settled", size=15, bold=True)
    x, y = LEFT, 38.0
    for colour, words in (
        (COLOURS["blue"], "not beaten, by vein"),
        (COLOURS["green"], "not beaten, under the skin"),
        (None, "beaten by another"),
        ("cross", "refused by a rule"),
    ):
        if colour == "cross":
            for slope in (-1, 1):
                figure.line((x + 1.5, y - 3.5 * slope), (x + 8.5, y + 3.5 * slope), colour=OTHER, width=1.3)
        else:
            figure.circle((x + 5, y), 4.0, fill=colour or "#ffffff", stroke=colour or OTHER)
        figure.text((x + 14, y + 4), words, size=11)
        x += 34 + 6.1 * len(words)
    words = "lines: 90 % of what is possible"
    figure.text((WIDTH - 18, y + 4), words, size=11, anchor="end", colour=COLOURS["muted"])
