"""The comparison with other illnesses as the clinician sees it: every number, beside the draft and never in it."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ranvier.differential import WeighedCase, top
from ranvier.differential.document import finding_words, group_words, groups_by_weight, left_out
from ranvier.terms.vocabulary import diseases

MOST_DISEASES, MOST_FINDINGS, MOST_TESTS, MOST_FLIPS = 6, 6, 4, 4
NOTE = "Weights from published counts where there are any, else judgement with a wide prior. No diagnosis."


def weighed_lines(weighed: WeighedCase) -> Iterator[str]:
    """The comparison in short lines of text."""
    weighing = weighed.weighing
    if weighing.observations.is_empty:
        yield "Nothing was stated that the model weighs; this is how often each is the answer in this setting."
    for name in top(weighing, MOST_DISEASES):
        low, high = weighing.interval[name]
        yield f"{diseases()[name].short:<32}{weighing.posterior[name]:7.1%}  ({low:.1%} to {high:.1%})"
    yield from _remarks(weighed)
    for row in weighed.next_tests[:MOST_TESTS]:
        yield f"next: {row.why}"


def _remarks(weighed: WeighedCase) -> Iterator[str]:
    weighing = weighed.weighing
    terms = diseases()
    in_sight = [terms[name].short for name in weighing.treatable_in_sight if name != weighing.leader]
    if in_sight:
        yield f"treatable and above 5 %, to keep in sight: {', '.join(in_sight)}"
    if weighing.flips:
        flips = [f"{finding_words(f, v)} ({terms[d].short})" for f, v, d in weighing.flips[:MOST_FLIPS]]
        yield f"one of these alone would put another first: {'; '.join(flips)}"
    yield from left_out(weighing)


def weighed_section(weighed: WeighedCase) -> str:
    """The comparison as a section of the page."""
    weighing = weighed.weighing
    terms = diseases()
    shares = "".join(
        f"<tr><th scope='row'>{escape(terms[name].short)}</th><td>{weighing.posterior[name]:.1%}</td>"
        f"<td>{weighing.interval[name][0]:.1%} to {weighing.interval[name][1]:.1%}</td></tr>"
        for name in top(weighing, MOST_DISEASES)
    )
    rivals = [name for name in top(weighing, 4) if name != weighing.leader][:3]
    heads = "".join(f"<th scope='col'>{escape(terms[name].short)}</th>" for name in rivals)
    counted = "".join(
        f"<tr><th scope='row'>{escape(group_words(weighing, key))}</th>"
        + "".join(
            f"<td>{round(weighing.balance[rival].get(key, 0.0), 1) + 0.0:+.1f}</td>" for rival in rivals
        )
        + "</tr>"
        for key in groups_by_weight(weighing, rivals)[:MOST_FINDINGS]
    )
    remarks = "".join(f"<p>{escape(line[0].upper() + line[1:])}.</p>" for line in _remarks(weighed))
    tests = "".join(f"<li>{escape(row.why)}</li>" for row in weighed.next_tests[:MOST_TESTS])
    return f"""<section id="weighed" aria-labelledby="weighed-title">
<h2 id="weighed-title">Weighed against other illnesses</h2>
<p class="lead">For the clinician: these numbers are not in the answer. {escape(NOTE)}</p>
<div class="tables"><table><caption>Probability, with 90 % interval</caption><tbody>{shares}</tbody></table>
<table><caption>Decibans toward {escape(terms[weighing.leader].short)} and against each rival (10 = tenfold)</caption>
<thead><tr><th scope="col">what was found</th>{heads}</tr></thead><tbody>{counted}</tbody></table></div>
{remarks}
<p>What would tell most next:</p><ol>{tests}</ol>
</section>"""
