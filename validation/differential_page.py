"""Write docs/differential.md, the model as a neurologist would read it: `python -m validation.differential_page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ranvier.differential import known_tests, model
from ranvier.differential.forms import USUAL
from ranvier.differential.model import FOLDER, MADE_FINDINGS, Group
from ranvier.terms import Mark
from ranvier.terms.vocabulary import diseases, findings, read_toml

PAGE = Path(__file__).parents[1] / "docs" / "differential.md"
HEAD = """# The differential: what it holds

Made by `python -m validation.differential_page` from `src/ranvier/differential/`; a test fails when this page is older than the tables.
How good it is: [validation/differential.md](validation/differential.md). Why it is built so: decisions/2026-11-25-differential-network.md
and -calibration.md. Anti-GM1: [anti-gm1.md](anti-gm1.md).

```
ranvier weigh CASE [--ncs STUDY] [--note NOTE] [--setting ID]     probabilities, what counted, what would flip the leader
ranvier plan CASE                                                 the work-up list, with why
ranvier weigh cases/ --out results.parquet                        a series, judged and weighed, one row a case
```

A disease has a form, a form has one state in each group of findings ("a lesion in the nerve", "in the root"), a state shows findings. Findings of
one group are one observation seen from several sides and are not multiplied; a group is weighed given the groups before it.
Absent findings count, unknown ones do not, a relative's or a feared one never does. A report is the wrong way round in 2 % of findings
(5 % in letters), so no single word decides. Every share is worth `n` patients; the interval comes from 400 draws (Dirichlet, beta).

To change a share: edit the row, with its source, in `likelihoods/GROUP.toml`; your own clinic's frequencies: `priors.toml`.
"""


def page() -> str:
    """The page as text."""
    return "\n".join([HEAD, *_settings(), *_forms(), *_groups(), *_tests()]) + "\n"


def _settings() -> Iterator[str]:
    settings = model().settings.values()
    yield "## How often each is the answer\n"
    yield "Judgement, from prevalence and referral; each worth 100 patients.\n"
    yield "| disease | treatable | " + " | ".join(setting.label for setting in settings) + " |"
    yield "|---|---|" + "---|" * len(list(settings))
    for index, name in enumerate(model().diseases):
        shares = " | ".join(f"{setting.share[0, index]:.1%}" for setting in settings)
        yield f"| {diseases()[name].label} | {'yes' if diseases()[name].treatable else ''} | {shares} |"


def _forms() -> Iterator[str]:
    yield "\n## Forms\n"
    yield "Where nothing is named a disease has its usual form alone.\n"
    yield "| disease | form | share | differs in | source |"
    yield "|---|---|---|---|---|"
    for form in model().forms:
        if form.id != USUAL:
            groups = ", ".join(group.label.lower() for group in model().groups if group.id in form.states)
            short = diseases()[form.disease].short
            yield f"| {short} | {form.label} | {form.share:.0%} | {groups} | {form.source} |"


def _groups() -> Iterator[str]:
    counted = sum(source.mark is not Mark.JUDGEMENT for g in model().groups for source in g.sources.values())
    whole = len(model().groups) * len(model().diseases)
    named = sum(
        "Ranvier evidence base" not in str(source) for g in model().groups for source in g.sources.values()
    )
    yield "\n## Groups of findings\n"
    yield f"{whole} rows (groups by diseases): {counted} computed from counts that were seen, {named} with a source of their own,"
    yield "all others judgement with a prior worth 8 patients. Rows with a source of their own are listed.\n"
    for group in model().groups:
        yield from _group(group)


def _group(group: Group) -> Iterator[str]:
    members = ", ".join(
        name.replace("_", " ") if name in MADE_FINDINGS else findings()[name].label for name in group.findings
    )
    yield f"### {group.label}\n"
    yield f"{members}. Together because {group.why}. States: {', '.join(s.replace('_', ' ') for s in group.states)}.\n"
    rows = read_toml(FOLDER / "likelihoods" / f"{group.id}.toml")["diseases"]
    told = [name for name in model().diseases if "source" in rows[name]]
    if not told:
        return
    yield "| disease | shares of the states | n | source |"
    yield "|---|---|---|---|"
    for name in told:
        shares = ", ".join(f"{share:g}" for share in rows[name]["p"])
        yield f"| {diseases()[name].short} | {shares} | {rows[name]['n']} | {group.sources[name]} |"
    yield ""


def _tests() -> Iterator[str]:
    yield "## Tests that may be proposed\n"
    yield "Gain = bits of information + better decisions (`management.toml`) + 0.15 where the criteria of the likeliest disease lack it, less the"
    yield "burden (0 a question, 1 an operation). Only what was not done. Burdens are judgement.\n"
    yield "| test | burden | tells |"
    yield "|---|---|---|"
    for test in sorted(known_tests().values(), key=lambda one: one.burden):
        tells = ", ".join(name.replace("_", " ") for name in test.reveals) or ", ".join(
            f"{diseases()[name].short} ({share:.0%} positive)" for name, share in test.confirms.items()
        )
        yield f"| {test.label} | {test.burden:g} | {tells} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
