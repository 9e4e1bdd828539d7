"""The treatment picture: infusions as stems, the IgG curve, strength with readings and bands, forecast, wear-off, flags."""

from __future__ import annotations

import datetime as dt

import numpy as np

from ranvier.figure import COLOURS, Axes, Figure

from .flag import Severity
from .forecast import Curve
from .kinetics import Route
from .outlook import Outlook

WIDTH, LEFT, RIGHT = 960.0, 62.0, 18.0
STRENGTH_TOP, STRENGTH_HEIGHT = 74.0, 250.0
IGG_TOP, IGG_HEIGHT = 356.0, 92.0
DOSE_TOP, DOSE_HEIGHT = 480.0, 62.0
HEIGHT = 566.0
LONGEST_DAYS = 4 * 366
HANDS = ("blue", "green", "purple", "sky")


def draw(outlook: Outlook) -> Figure:
    """Draw an outlook; without a fitted day there is nothing to draw but the words that say so."""
    figure = Figure(
        width=WIDTH,
        height=HEIGHT,
        title="Immunoglobulin and strength over time",
        description=_described(outlook),
    )
    if outlook.diary.fitted_from is None:
        figure.text(
            (WIDTH / 2, HEIGHT / 2), "Nothing was given and nothing measured.", anchor="middle", size=16
        )
        return figure
    end = outlook.forecast.horizon
    start = max(0, outlook.forecast.today - LONGEST_DAYS)
    days = (float(start), float(end))
    _flags(figure, outlook)
    _strength(figure, outlook, days)
    _igg(figure, outlook, days)
    _doses(figure, outlook, days)
    return figure


def _described(outlook: Outlook) -> str:
    wear_off = outlook.wear_off
    when = (
        "not known"
        if wear_off.date is None
        else f"{wear_off.date}, 90 % interval {wear_off.low} to {wear_off.high}"
    )
    names = (
        ", ".join(series.name.replace("_", " ") for series in outlook.posterior.observations.series)
        or "no measure"
    )
    return f"Strength ({names}) with 90 % bands, rise of IgG, and doses by date. Wear-off of the last course: {when}."


def _panel(
    figure: Figure, top: float, height: float, days: tuple[float, float], high: float, low: float = 0.0
) -> Axes:
    return Axes(
        figure, corner=(LEFT, top), size=(WIDTH - LEFT - RIGHT, height), x_range=days, y_range=(low, high)
    )


def _months(axes: Axes, outlook: Outlook, *, labelled: bool) -> None:
    """A line at the first of each month (or each few months of a long diary)."""
    figure, (first, last) = axes.figure, axes.x_range
    day = outlook.diary.date_of(first).replace(day=1)
    step = max(1, round((last - first) / 30.4 / 14))
    bottom = axes.corner[1] + axes.size[1]
    while outlook.diary.day_of(day) <= last:
        at = outlook.diary.day_of(day)
        if at >= first and (day.month - 1) % step == 0:
            figure.line((axes.x(at), axes.corner[1]), (axes.x(at), bottom), colour=COLOURS["grid"])
            if labelled:
                text = f"{day:%b}" if step < 12 and day.month != 1 else f"{day:%b %Y}"
                figure.text(
                    (axes.x(at), bottom + 16), text, size=11, anchor="middle", colour=COLOURS["muted"]
                )
        day = (day + dt.timedelta(days=32)).replace(day=1)


def _today(axes: Axes, outlook: Outlook, *, labelled: bool = False) -> None:
    x = axes.x(outlook.forecast.today)
    axes.figure.line(
        (x, axes.corner[1]), (x, axes.corner[1] + axes.size[1]), colour=COLOURS["muted"], dash="4 3"
    )
    if labelled:
        axes.figure.text(
            (x - 4, axes.corner[1] + 12), "diary ends", size=11, anchor="end", colour=COLOURS["muted"]
        )
        axes.figure.text((x + 4, axes.corner[1] + 12), "forecast", size=11, colour=COLOURS["muted"])


def _same_unit(outlook: Outlook) -> list[Curve]:
    """The curves in the unit of the measure that is planned for; another unit would need another axis."""
    if outlook.series is None:
        return []
    return [c for c in outlook.forecast.curves if c.series.measure.unit == outlook.series.measure.unit]


def _strength(figure: Figure, outlook: Outlook, days: tuple[float, float]) -> None:
    curves = _same_unit(outlook)
    window = slice(int(days[0]), int(days[1]) + 1)
    tops = [float(c.reading_high[window].max()) for c in curves] + [
        float(c.series.values.max()) for c in curves
    ]
    lows = [float(c.reading_low[window].min()) for c in curves] + [
        float(c.series.values.min()) for c in curves
    ]
    high, low = max(tops, default=1.0), min(lows, default=0.0)
    room = 0.06 * (high - low or 1.0)
    axes = _panel(figure, STRENGTH_TOP, STRENGTH_HEIGHT, days, high + 2.5 * room, max(0.0, low - room))
    unit = outlook.series.measure.unit if outlook.series else ""
    axes.frame(y_label=f"strength ({unit})" if unit else "strength", x_ticks=False)
    _months(axes, outlook, labelled=False)
    for curve, name in zip(curves, HANDS, strict=False):
        colour = COLOURS[name]
        shown = curve.days[window]
        axes.band(shown, curve.reading_low[window], curve.reading_high[window], colour=colour, opacity=0.10)
        axes.band(shown, curve.low[window], curve.high[window], colour=colour, opacity=0.25)
        axes.plot(shown, curve.median[window], colour=colour, width=1.8)
        for day, value in zip(curve.series.days, curve.series.values, strict=True):
            if day >= days[0]:
                figure.circle((axes.x(float(day)), axes.y(float(value))), 2.3, fill=colour, stroke="#ffffff")
    if not curves:
        figure.text(
            (WIDTH / 2, STRENGTH_TOP + STRENGTH_HEIGHT / 2),
            "no strength was measured",
            anchor="middle",
            colour=COLOURS["muted"],
        )
    _today(axes, outlook, labelled=True)
    _wear_off(axes, outlook)
    x = LEFT
    for curve, name in zip(curves, HANDS, strict=False):
        figure.circle((x + 5, STRENGTH_TOP - 12), 4, fill=COLOURS[name])
        words = curve.series.name.replace("_", " ")
        figure.text((x + 14, STRENGTH_TOP - 8), words, size=12)
        x += 28 + 7 * len(words)
    if curves:
        figure.text(
            (WIDTH - RIGHT, STRENGTH_TOP - 8),
            "line: median; dark band: 90 % for strength; light band: 90 % for a reading; dots: readings",
            size=11, anchor="end", colour=COLOURS["muted"],
        )  # fmt: skip


def _wear_off(axes: Axes, outlook: Outlook) -> None:
    found = outlook.wear_off
    if found.date is None or found.low is None or found.high is None or found.level is None:
        return
    figure = axes.figure
    first, last = axes.x_range
    at, low, high = (float(outlook.diary.day_of(day)) for day in (found.date, found.low, found.high))
    level = outlook.level if outlook.level is not None else found.level
    figure.line(
        (axes.x(first), axes.y(level)), (axes.x(last), axes.y(level)), colour=COLOURS["vermilion"], dash="2 4"
    )
    if low > last:
        return
    left, right = axes.x(max(low, first)), axes.x(min(high, last))
    bottom = axes.corner[1] + axes.size[1]
    figure.rectangle(
        (left, axes.corner[1]), (max(right - left, 2), axes.size[1]), fill=COLOURS["vermilion"], opacity=0.13
    )
    figure.line((axes.x(at), axes.corner[1]), (axes.x(at), bottom), colour=COLOURS["vermilion"], width=1.5)
    words, is_late = (
        f"without a further dose, worn off {found.date:%d %b} ({found.low:%d %b} to {found.high:%d %b})",
        axes.x(at) > WIDTH * 0.6,
    )
    figure.text(
        (left - 5 if is_late else right + 5, bottom - 8), words, size=11, colour=COLOURS["vermilion"],
        anchor="end" if is_late else "start", bold=True,
    )  # fmt: skip


def _igg(figure: Figure, outlook: Outlook, days: tuple[float, float]) -> None:
    window = slice(int(days[0]), int(days[1]) + 1)
    found = outlook.forecast
    axes = _panel(figure, IGG_TOP, IGG_HEIGHT, days, float(found.igg_high[window].max()) * 1.08 or 1.0)
    axes.frame(y_label="IgG rise (g/L)", x_ticks=False)
    _months(axes, outlook, labelled=False)
    shown = np.arange(days[0], days[1] + 1)
    axes.band(shown, found.igg_low[window], found.igg_high[window], colour=COLOURS["orange"], opacity=0.25)
    axes.plot(shown, found.igg_median[window], colour=COLOURS["orange"])
    _today(axes, outlook)
    figure.text((LEFT, IGG_TOP - 8), "IgG above the untreated level, as modelled", size=12)


def _doses(figure: Figure, outlook: Outlook, days: tuple[float, float]) -> None:
    given = [dose for dose in outlook.posterior.observations.doses if dose.day >= days[0]]
    planned = [dose for dose in outlook.forecast.planned if dose.day <= days[1]]
    most = max([float(np.max(dose.grams)) for dose in [*given, *planned]], default=1.0)
    axes = _panel(figure, DOSE_TOP, DOSE_HEIGHT, days, most * 1.15)
    axes.frame(y_label="dose (g)", x_ticks=False)
    _months(axes, outlook, labelled=True)
    for dose, is_planned in [*((d, False) for d in given), *((d, True) for d in planned)]:
        x, grams = axes.x(float(dose.day)), float(np.max(dose.grams))
        colour = COLOURS["ink"] if dose.route is Route.INTRAVENOUS else COLOURS["green"]
        figure.line(
            (x, axes.y(0)), (x, axes.y(grams)), colour=colour, width=1.6, dash="3 2" if is_planned else None
        )
        figure.circle((x, axes.y(grams)), 2.4, fill="#ffffff" if is_planned else colour, stroke=colour)
    _today(axes, outlook)
    has_skin = any(dose.route is not Route.INTRAVENOUS for dose in given)
    words = "doses given (each day)" + ("; green: under the skin" if has_skin else "")
    figure.text((LEFT, DOSE_TOP - 8), words + "; dashed: if the present schedule goes on", size=12)


def _flags(figure: Figure, outlook: Outlook) -> None:
    """The gravest flags on one line each, at the top."""
    figure.text((LEFT, 22), "Immunoglobulin and strength", size=16, bold=True)
    grave = [flag for flag in outlook.flags if flag.severity is not Severity.INFO]
    grave.sort(key=lambda flag: flag.severity is not Severity.REFUSE)
    if not grave:
        return
    names = ", ".join(dict.fromkeys(flag.id.replace("_", " ") for flag in grave[:5]))
    more = f" and {len(grave) - 5} more" if len(grave) > 5 else ""
    first = grave[0].severity is Severity.REFUSE
    figure.text(
        (LEFT, 42), f"{'No plan until settled' if first else 'To look at'}: {names}{more}", size=12,
        colour=COLOURS["vermilion"], bold=True,
    )  # fmt: skip
