"""A page in plain words for the person who kept the diary. It explains and never instructs: no dose, no schedule, no "should"."""

from __future__ import annotations

from html import escape

from ranvier.figure import COLOURS, Axes, Figure
from ranvier.terms import Verdict

from .circumstances import read_circumstances
from .observations import Series
from .outlook import Outlook
from .patterns import Answer
from .posterior import FitStatus
from .report_style import PLAIN_STYLE

URGENT = (
    "If you have new chest pain, trouble breathing, a swollen or painful arm or leg, sudden weakness of the face or one side, "
    "or a very bad headache with a stiff neck, this is an emergency: call your emergency number now. Do not wait for this page "
    "or for your next visit."
)


def patient_page(outlook: Outlook) -> str:
    """The page as self-contained HTML."""
    alarm = read_circumstances(outlook.diary).has("alarm") is Verdict.MET
    title = "Your treatment diary in plain words"
    parts = [
        f'<div class="urgent"><p>{URGENT}</p></div>' if alarm else "",
        f"<h1>{title}</h1>",
        '<p class="note">This page was written by a computer from your diary. It does not tell you '
        "what to do. Please do not change "
        "your treatment because of it. Take it to the team that treats you and talk it over.</p>",
        _picture(outlook),
        *(f"<h2>{escape(head)}</h2>{body}" for head, body in _sections(outlook)),
        "" if alarm else f"<h2>When not to wait</h2><p>{URGENT}</p>",
        '<p class="foot">The numbers come from a computer model of other people with multifocal '
        "motor neuropathy (MMN), adjusted to "
        "your diary. It can be wrong. The clinic report holds every number and where it comes from.</p>",
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{title}</title><style>{PLAIN_STYLE}</style></head><body><main>{"".join(parts)}</main></body></html>'
    )


def _name(series: Series) -> str:
    return {
        "grip_left": "left hand", "grip_right": "right hand", "mrc_sum": "muscle score", "mmn_rods": "daily life score",
    }.get(series.name, series.name.replace("_", " "))  # fmt: skip


def _sections(outlook: Outlook) -> list[tuple[str, str]]:
    if outlook.posterior.status is FitStatus.PRIOR_ONLY or outlook.series is None:
        text = (
            "There are no strength measurements in the diary yet, so nothing can be said about you yourself. In studies, most "
            "people with MMN get stronger within one to three weeks of an infusion, and the effect fades over weeks. How long it "
            "lasts differs a lot from one person to the next."
        )
        return [("What the diary shows", f"<p>{text}</p>"), ("What would help to see more", _more(outlook))]
    if not outlook.has_own_numbers:
        text = (
            "The computer model knows only MMN. It does not fit this diary well enough to say something about you, or the diary "
            "mixes things that cannot be compared. Your team needs to look at it first."
        )
        return [
            ("What the diary shows", f"<p>{text}</p>"),
            ("What would help to see more", _more(outlook)),
            ("Questions you could ask your team", _questions(outlook)),
        ]
    sections = [("What the diary shows", _effect(outlook)), ("When the effect fades", _fading(outlook))]
    slow = [p for p in outlook.patterns if p.id == "slow_decline" and p.answer is Answer.YES]
    if slow:
        names = " and ".join(f"your {_name(p.series)}" for p in slow)
        sections.append(
            ("Over the longer time",
             f"<p>The strength of {escape(names)} has gone down slowly, even at the same time after "
             f"each treatment. This can have "
             "several causes. It is worth talking over at your next visit, and sooner if it troubles you.</p>")
        )  # fmt: skip
    sections += [("How sure this is", _certainty(outlook)), ("What would help to see more", _more(outlook))]
    sections.append(("Questions you could ask your team", _questions(outlook)))
    return sections


def _effect(outlook: Outlook) -> str:
    rows = []
    for series in outlook.posterior.observations.series:
        if not outlook.posterior.observations.doses:
            rows.append(
                f"Your {_name(series)} was measured {len(series)} times. No treatment is written down."
            )
            continue
        chance = outlook.posterior.responder_chance(series.name)
        name = _name(series)
        if chance > 0.9:
            rows.append(f"Your {name} gets stronger after treatment. The diary shows this clearly.")
        elif chance < 0.1:
            strong = " A strong hand may have nothing to gain." if _other_answers(outlook, series) else ""
            rows.append(f"Your {name} does not seem to change with treatment.{strong}")
        else:
            rows.append(f"The diary cannot tell yet whether your {name} gets stronger with treatment.")
    return "<ul>" + "".join(f"<li>{escape(row)}</li>" for row in rows) + "</ul>"


def _other_answers(outlook: Outlook, series: Series) -> bool:
    """Whether another measure gets better with treatment, and this one is the stronger of the two."""
    return any(
        other.measure.id == series.measure.id
        and outlook.posterior.responder_chance(other.name) > 0.9
        and other.values.mean() < series.values.mean()
        for other in outlook.posterior.observations.series
        if other.name != series.name
    )


def _fading(outlook: Outlook) -> str:
    found = outlook.wear_off
    if found.date is None or found.low is None or found.high is None or found.series is None:
        return (
            "<p>The diary does not show the effect fading between treatments, or it is too short to tell.</p>"
        )
    early, late = (f"{day.day} {day:%B %Y}" for day in (found.low, found.high))
    unsure = (
        f" But in about {round(10 * found.chance_of_none)} of 10 possible readings of this diary there is no fading to see."
        if found.chance_of_none >= 0.05
        else ""
    )
    return (
        f"<p>After the latest treatment, your {_name(found.series)} is expected to be strongest about {found.peak_days:.0f} days "
        f"after it began. If nothing more is given, a part of the gain that you would notice is expected to be gone some time "
        f"between {early} and {late}.{unsure}</p><p>Your team may find these dates useful when they plan with you.</p>"
    )


def _certainty(outlook: Outlook) -> str:
    chance = outlook.posterior.responder_chance(outlook.series.name) if outlook.series else 0.5
    if outlook.posterior.observations.doses and chance < 0.1:
        return (
            "<p>The diary has enough measurements to say that no effect of treatment was seen in them. Why that is, only your "
            "team can find out.</p>"
        )
    learned = outlook.posterior.learned()
    name = f"maximal_effect_fraction.{outlook.series.name}" if outlook.series else ""
    knows = learned.get(name, 0.0) >= 0.4 and learned["block_turnover_per_day"] >= 0.3
    if knows:
        return (
            "<p>The diary has enough measurements to show your own pattern. The dates above are still "
            "ranges, not promises.</p>"
        )
    return (
        "<p>The diary is still short, or its measurements are too few between two treatments. Much of what is said here is "
        "what is known of other people, not of you.</p>"
    )


def _more(outlook: Outlook) -> str:
    wanted = next((row for row in outlook.measurements if row.id.startswith("home")), None)
    if wanted is None:
        return "<p>Measurements of hand strength, written down with the date, at different times after treatment.</p>"
    return (
        "<p>Hand strength measured at home with the same device, at the same time of day, on "
        "several days between two treatments, "
        "shows how the effect comes and goes. Ask your team whether this is possible and which device they use.</p>"
    )


def _questions(outlook: Outlook) -> str:
    rows = ["What do you make of the dates on this page?", "How do we notice early that the effect fades?"]
    if any(p.answer is Answer.YES for p in outlook.patterns):
        rows.append(
            "My strength changes between treatments or over time: what could be the reason, and what can be done?"
        )
    if (
        outlook.posterior.observations.doses
        and outlook.series is not None
        and outlook.posterior.responder_chance(outlook.series.name) < 0.2
    ):
        rows.append("The diary shows no effect of the treatment: what does that mean for me?")
    rows.append("Which side effects must I tell you about at once?")
    return "<ul>" + "".join(f"<li>{escape(row)}</li>" for row in rows) + "</ul>"


def _picture(outlook: Outlook) -> str:
    """A simple curve of the hand that shows treatment best, with treatments as triangles below."""
    if outlook.series is None or outlook.diary.fitted_from is None or not outlook.has_own_numbers:
        return ""
    curve = next(c for c in outlook.forecast.curves if c.series.name == outlook.series.name)
    start, end = max(0, outlook.forecast.today - 300), outlook.forecast.horizon
    window = slice(start, end + 1)
    top = max(float(curve.high[window].max()), float(curve.series.values.max())) * 1.08
    figure = Figure(width=700, height=300, title=f"Strength of your {_name(outlook.series)} over time")
    axes = Axes(figure, corner=(52, 16), size=(632, 220), x_range=(start, end), y_range=(0, top))
    axes.frame(x_ticks=False, y_label=outlook.series.measure.unit)
    today = axes.x(outlook.forecast.today)
    figure.rectangle((today, 16), (684 - today, 220), fill=COLOURS["sky"], opacity=0.12)
    figure.text((today + 6, 30), "expected", size=13, colour=COLOURS["muted"])
    axes.band(curve.days[window], curve.low[window], curve.high[window], colour=COLOURS["blue"], opacity=0.2)
    axes.plot(curve.days[window], curve.median[window], colour=COLOURS["blue"], width=2)
    for day, value in zip(curve.series.days, curve.series.values, strict=True):
        if day >= start:
            figure.circle((axes.x(float(day)), axes.y(float(value))), 3, fill=COLOURS["ink"])
    for dose in outlook.posterior.observations.doses:
        if dose.day >= start:
            x = axes.x(float(dose.day))
            figure.polygon([(x - 4, 250), (x + 4, 250), (x, 240)], fill=COLOURS["green"])
    for day in (start, outlook.forecast.today, end):
        anchor = "start" if day == start else "end"
        when = outlook.diary.date_of(day)
        figure.text(
            (axes.x(day), 272), f"{when.day} {when:%b %Y}", size=13, anchor=anchor, colour=COLOURS["muted"]
        )
    caption = "Dots: your measurements. Line and band: what the model expects. Triangles: treatments."
    return f'<figure class="picture">{figure.svg()}<figcaption>{caption}</figcaption></figure>'
