"""A reasoner for tests of the shell: a few rules that are easy to predict, so that these tests do not move with the engine."""

from __future__ import annotations

import re
from typing import Any

STATEMENTS = {
    "mmn-definition": (
        "definition",
        "MMN is a rare illness of motor nerves that can be treated.",
        "seen",
        2024,
    ),
    "ivig-first-line": ("ivig_how", "Immunoglobulin is the first treatment to try.", "seen", 2022),
    "life-expectancy-normal": ("prognosis", "People with MMN live as long as others.", "recalled", 2020),
    "complement-trials": ("research", "Complement drugs are in trials.", "seen", 2025),
}
FINDINGS = {
    "foot_drop": ("Foot drop", r"drooping foot|foot drop"),
    "muscle_cramps": ("Muscle cramps", r"cramp\w*"),
    "muscle_wasting": ("Muscle wasting", r"wast\w+"),
    "dyspnoea": ("Shortness of breath", r"cannot breathe"),
}


class StandIn:
    def glance(self, text: str, *, with_topics: bool = False) -> dict[str, Any]:
        return {**self.read(text), "findings": []}

    def read(self, text: str) -> dict[str, Any]:
        findings = [
            {
                "id": key, "verdict": "present", "subject": "patient", "certainty": "stated", "side": None, "site": None,
                "since_months": None, "spans": [[m.start(), m.end()]],
            }
            for key, (_, pattern) in FINDINGS.items()
            for m in re.finditer(pattern, text, re.I)
        ]  # fmt: skip
        details = [
            {"kind": "name", "span": [m.start(1), m.end(1)]}
            for m in re.finditer(r"[Mm]y name is ([A-Z]\w+ [A-Z]\w+)", text)
        ]
        details += [
            {"kind": "email", "span": [m.start(), m.end()]} for m in re.finditer(r"\S+@\S+\.\w+", text)
        ]
        flags = [
            {"id": "breathing", "spans": [[m.start(), m.end()]], "advice": "Call your emergency number now."}
            for m in re.finditer(r"cannot breathe", text, re.I)
        ]
        questions = [
            {
                "text": m.group().strip(),
                "topic": "definition" if "what is" in m.group().lower() else "prognosis",
                "span": [m.start(), m.end()],
            }
            for m in re.finditer(r"[^.!?\n]+\?", text)
        ]
        age = re.search(r"(\d\d)-year", text)
        return {
            "patient": {"age_years": int(age.group(1)) if age else None, "sex": None, "occupation": None},
            "letter_span": [0, len(text)] if text else None, "findings": findings, "conditions": [], "treatments": [],
            "labs": [], "questions": questions, "red_flags": flags, "identifying": details,
        }  # fmt: skip

    def judge(self, case: dict[str, Any], study: bytes | None = None) -> dict[str, Any]:
        present = [row["id"] for row in case["findings"] if row["verdict"] == "present"]
        return {
            "editions": {
                "efns_pns_2010": {
                    "category": "undetermined", "could_become": ["definite", "not_met"], "missing": ["motor_conduction_block"],
                    "criteria": [
                        {"id": "efns_pns_2010.c1", "verdict": "met" if "foot_drop" in present else "unknown",
                         "because": ["foot drop is present"], "source": "EFNS/PNS 2010, table 1", "kind": "required",
                         "wording": "Weakness in the distribution of a nerve", "parts": ["efns_pns_2010.c2"]},
                        {"id": "efns_pns_2010.c2", "verdict": "unknown", "because": [], "source": "EFNS/PNS 2010, table 1", "kind": "required",
                         "wording": "No sensory loss", "parts": []},
                    ],
                    "title": "EFNS/PNS 2010", "categories": [{"id": "definite", "wording": "Definite", "parts": ["efns_pns_2010.c1"]}],
                }
            }
        }  # fmt: skip

    def weigh(self, case: dict[str, Any], study: bytes | None = None) -> dict[str, Any]:
        return {
            "posterior": {"mmn": 0.7, "als": 0.2, "other": 0.1},
            "names": {"mmn": "Multifocal motor neuropathy", "als": "ALS", "other": "Something else"},
            "contributions": [],
            "next_tests": [
                {"test": "nerve_conduction_study", "expected_gain": 0.4, "why": "It can show block."}
            ],
        }

    def draft(
        self, text: str, case: dict[str, Any], study: bytes | None = None, diary: bytes | None = None
    ) -> dict[str, Any]:
        def sentence(number: int, key: str) -> dict[str, Any]:
            support = [{"kind": "statement", "id": key, "because": None}]
            return {
                "id": f"s{number}",
                "text": STATEMENTS[key][1],
                "support": support,
                "tie": "drafted",
                "reason": "",
            }

        known = self.statements()
        used = ["mmn-definition", "ivig-first-line"]
        sections = [
            {
                "id": "definition",
                "title": "What MMN is",
                "urgent": False,
                "listed": False,
                "sentences": [sentence(1, "mmn-definition")],
            },
            {
                "id": "treatment",
                "title": "What treatment does",
                "urgent": False,
                "listed": False,
                "sentences": [sentence(2, "ivig-first-line")],
            },
        ]
        if "how long" in text.lower():
            used.append("life-expectancy-normal")
            sections[0]["sentences"].append(sentence(3, "life-expectancy-normal"))
        return {
            "title": "What is multifocal motor neuropathy?", "evidence_as_of": 2024, "drafted_on": "2026-11-25", "handling": ["answered"],
            "sections": sections, "statements": {key: {k: known[key][k] for k in ("claim", "mark", "as_of", "sources")} for key in used},
        }  # fmt: skip

    def grade(self, text: str) -> float | None:
        return 7.0

    def statements(self) -> dict[str, dict[str, Any]]:
        return {
            key: {
                "id": key, "topic": topic, "claim": plain, "plain": plain, "mark": mark, "as_of": year, "strength": "guideline",
                "sources": [{"text": f"Source of {key}, 2010", "address": f"https://doi.org/10.1/{key}", "mark": mark}],
            }
            for key, (topic, plain, mark, year) in STATEMENTS.items()
        }  # fmt: skip

    def topics(self) -> dict[str, str]:
        return {
            "definition": "what MMN is",
            "prognosis": "what to expect",
            "research": "trials and research",
            "ivig_how": "what IVIG does",
        }

    def findings(self) -> dict[str, str]:
        return {key: label for key, (label, _) in FINDINGS.items()}

    def study(self, content: bytes) -> dict[str, Any] | None:
        return None

    def diary(self, content: bytes) -> dict[str, Any] | None:
        return None

    def versions(self) -> dict[str, str]:
        return {"ranvier": "stand-in"}

    def forget(self) -> None:
        pass
