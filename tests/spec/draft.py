"""Draft the rows of a new edition: `python -m tests.spec.draft EDITION`. Read them against the paper before keeping them.

For each clause: nothing known, one way to meet it, one way to fail it, and each limit with the values beside it.
"""

from __future__ import annotations

import csv
import sys

from tests.spec.tables import direct_comparisons

from ranvier.criteria.bounds import Bounds, State, grid, is_whole, propagate, whole_range
from ranvier.criteria.edition import Edition, edition
from ranvier.criteria.expression import Expression
from ranvier.criteria.search_form import MET, NOT_MET, UNKNOWN, VERDICTS, Node, search_form
from ranvier.terms import Verdict
from ranvier.terms.vocabulary import findings


def way(made: Edition, expression: Expression, wanted: Verdict) -> State | None:
    """Observations that give the wanted verdict, found by trying; None if there are none."""
    value = next(value for value, verdict in VERDICTS.items() if verdict is wanted)
    return find(made, [(search_form(expression, made.nodes), value)], {}, {})


def find(made: Edition, goals: list[tuple[Node, int]], state: State, told: State) -> State | None:
    """Observations that give every part its wanted value."""
    still = []
    for node, wanted in goals:
        verdict = node.value(state)
        if verdict == UNKNOWN:
            still.append((node, wanted))
        elif verdict != wanted:
            return None
    if not still:
        return told
    node, wanted = still[0]
    name = next(node.undecided(state))
    values = grid(name, made.limits.get(name, ()), state.get(name) or whole_range(name))
    for value in sorted(values, reverse=wanted == MET):
        narrowed = propagate(state, {name: Bounds(value, value)})
        if narrowed is not None:
            result = find(made, still, narrowed, {**told, name: Bounds(value, value)})
            if result is not None:
                return result
    return None


def write(state: State) -> str:
    parts = []
    for name, bounds in state.items():
        if name in findings():
            parts.append(name if bounds.low == 1 else f"not {name}")
        else:
            parts.append(f"{name} = {bounds.low:g}")
    return "; ".join(parts)


def edges(made: Edition, expression: Expression) -> list[tuple[str, State]]:
    rows = []
    base = way(made, expression, Verdict.MET) or {}
    for atom in direct_comparisons(expression):
        step = 1 if is_whole(atom.quantity) else 0.01
        for value in (atom.limit - step, atom.limit, atom.limit + step):
            if value < 0 or value > whole_range(atom.quantity).high:
                continue
            held = {atom.quantity: Bounds(round(value, 4), round(value, 4))}
            for name, bounds in base.items():
                if name != atom.quantity and propagate({}, {**held, name: bounds}) is not None:
                    held[name] = bounds
            state = propagate({}, held)
            assert state is not None
            rows.append((VERDICTS[search_form(expression, made.nodes).value(state)].value, held))
    return rows


def main() -> None:
    made = edition(sys.argv[1])
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["clause", "observed", "expected"])
    for clause in made.clauses:
        seen = {""}
        out.writerow([clause.name, "", "unknown"])
        for verdict in (Verdict.MET, Verdict.NOT_MET):
            state = way(made, clause.expression, verdict)
            assert state is not None, f"{clause.id} can never be {verdict.value}"
            seen.add(write(state))
            out.writerow([clause.name, write(state), verdict.value])
        own = edges(made, clause.expression)
        for value, state in own:
            if write(state) not in seen:
                seen.add(write(state))
                out.writerow([clause.name, write(state), value])
    nodes = made.category_nodes
    for index, category in enumerate(made.categories):
        told = find(made, [(nodes[index], MET), *((node, NOT_MET) for node in nodes[:index])], {}, {})
        assert told is not None, category.id
        out.writerow(["category", write(told), category.id])
    failed = find(made, [(node, NOT_MET) for node in reversed(nodes)], {}, {})
    assert failed is not None
    out.writerow(["category", write(failed), "not_met"])
    out.writerow(["category", "", "undetermined"])


if __name__ == "__main__":
    main()
