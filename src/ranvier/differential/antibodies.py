"""What to check before an anti-GM1 result is believed: its class, its limit, when it was drawn. Numbers: docs/anti-gm1.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ranvier.case import Case, LabVerdict

IMMUNOGLOBULIN = ("ivig", "scig", "immunoglobulin")
TOLD_BY_TREATMENT = ("improved_on_immunoglobulin", "no_response_to_immunoglobulin")
COMPLEX = ("anti_gm1_galc", "gm1_galc", "anti_gm1_galc_complex")
AFTER_INFUSION = (
    "anti-GM1 is on record and immunoglobulin was given: was the blood drawn before it? No figure was found for what an "
    "infusion does to IgM anti-GM1, so the result is weighed as it stands; a negative one drawn after an infusion is worth "
    "repeating, and an IgG one within six weeks of it may be the donors' (Bright 2015)"
)
NO_CLASS = "anti-GM1 was reported without its class (IgM or IgG): not weighed"
NO_LIMIT = (
    "the IgM anti-GM1 value came without that laboratory's upper limit: weighed as positive or negative alone"
)
BORDERLINE = "IgM anti-GM1 was borderline: not weighed"
NOT_WEIGHED = (
    "GM1:GalC was reported: kept, not weighed (its controls were ALS and healthy people alone, and it overlaps with GM1, "
    "which would be counted twice; docs/anti-gm1.md has its counts)"
)


def antibody_cautions(case: Case, findings: Mapping[str, bool]) -> tuple[str, ...]:
    """What a person should check about this case's anti-GM1 results, in plain sentences; empty when nothing."""
    return tuple(dict.fromkeys(_cautions(case, findings)))


def _cautions(case: Case, findings: Mapping[str, bool]) -> Iterator[str]:
    gm1 = [lab for lab in case.labs if lab.analyte == "anti_gm1"]
    tested = bool(gm1) or {"anti_gm1_igm", "anti_gm1_igg"} & set(findings)
    treated = any(t.id in IMMUNOGLOBULIN and t.given for t in case.treatments)
    if tested and (treated or any(findings.get(name) is not None for name in TOLD_BY_TREATMENT)):
        yield AFTER_INFUSION
    known = {"anti_gm1_igm", "anti_gm1_igg"} & set(findings)
    for lab in gm1:
        if lab.isotype is None and not known:
            yield NO_CLASS
        if lab.isotype == "igm" and lab.verdict is LabVerdict.BORDERLINE:
            yield BORDERLINE
        if lab.isotype == "igm" and lab.value is not None and not lab.upper_limit:
            yield NO_LIMIT
    if any(lab.analyte in COMPLEX for lab in case.labs):
        yield NOT_WEIGHED
