"""Train the reader that hears findings: python -m validation.trained_reader [--without open third] [--out FILE].

Takes the sentence encoder as packed, trains its layers and linear heads on the labelled sentences
(`labelled_lines.py`), and packs them into `src/ranvier/letter/trained.npz`. Needs `torch` (CPU is enough: about six minutes
an epoch on one core), in no requirements file: this is run by hand when sentences are added. No sealed file is read.
`--without open` leaves a set out, so that it can say how the reader does on sentences of a hand it never saw.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ranvier import encoder
from ranvier.encoder.tokens import tokens
from ranvier.encoder.transformer import LAYERS
from ranvier.letter.red_flags import lexicon
from ranvier.letter.trained import CERTAINTIES, MEANT, PEOPLE, RESPONSES, SIDES, WEIGHTS
from validation.labelled_lines import SAID_DANGERS, Unit, dangers, load, of_texts, open_dangers, said

KEPT_LAYERS = 0  # lower layers left as the sentence encoder has them; those above are trained further
EPOCHS = 6
RATE_LAYERS, RATE_HEADS = 1.2e-4, 2e-3
BATCH = 32
DROPPED = 0.1
AT_MOST = 96  # pieces
VARIANTS = 3  # of the sentences, made once and gone through in turn
MISSPELT = 0.04  # share of longer words with a slip of the keys
JOINED = 0.35  # added pairs of sentences, a share of all: a finding must be heard beside another
RARE = 3  # conditions and treatments told fewer times than this are not learned
PERSON = [person.value for person in PEOPLE]
CERTAIN = [item.value for item in CERTAINTIES]
GIVEN = ["given", "not_given"]
RESPONSE = [item.value if item else "unsaid" for item in RESPONSES]
SIDE = [item.value if item else "none" for item in SIDES]
DANGERS = [rule.id for rule in lexicon().rules]


def misspelt(text: str, chance: random.Random) -> str:
    """The text with a few slips: a letter lost, doubled or swapped."""
    made = text.split(" ")
    for place, word in enumerate(made):
        if len(word) > 4 and chance.random() < MISSPELT:
            at = chance.randrange(1, len(word) - 1)
            made[place] = chance.choice(
                [
                    word[:at] + word[at + 1 :],
                    word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                    word[:at] + word[at] + word[at:],
                ]
            )
    return " ".join(made)


def joined(one: Unit, two: Unit) -> Unit:
    """Two units told in one breath."""
    both = None if one.dangers is None or two.dangers is None else tuple({*one.dangers, *two.dangers})
    return Unit(
        f"{one.text} {two.text}",
        one.findings + two.findings,
        one.conditions + two.conditions,
        one.treatments + two.treatments,
        both,
        one.is_labelled and two.is_labelled,
    )


def variant(units: list[Unit], seed: int) -> list[Unit]:
    """The units once more: with slips, and with pairs of them joined."""
    chance = random.Random(seed)
    made = [replace(unit, text=misspelt(unit.text, chance)) for unit in units]
    for _ in range(int(JOINED * len(units))):
        one, two = chance.choice(units), chance.choice(units)
        apart = not {f[0] for f in one.findings} & {f[0] for f in two.findings}
        if apart and len(one.text + two.text) < 260:
            made.append(joined(one, two))
    return made


def lower_states(rows: list[list[int]]) -> list[np.ndarray]:
    """The state of every piece after the kept layers."""
    return [state.astype(np.float16) for state in encoder.states(rows, layers=KEPT_LAYERS)]


def vocabulary(units: list[Unit]) -> tuple[list[str], list[str], list[str]]:
    """The ids to be learned: findings, conditions, treatments."""
    findings = sorted({f[0] for u in units for f in u.findings})
    conditions = Counter(c[0] for u in units for c in u.conditions)
    treatments = Counter(t[0] for u in units for t in u.treatments)
    return (
        findings,
        sorted(n for n, told in conditions.items() if told >= RARE),
        sorted(n for n, told in treatments.items() if told >= RARE),
    )


def model(ids: tuple[list[str], list[str], list[str]]) -> Any:
    """The upper layers and the heads, as a torch module."""
    import torch
    from torch import nn
    from torch.nn import functional

    start = encoder.weights().matrices
    width, heads = encoder.DIMENSIONS, 12

    class Layer(nn.Module):
        def __init__(self, name: str) -> None:
            super().__init__()
            own = {
                key.removeprefix(f"{name}."): value
                for key, value in start.items()
                if key.startswith(f"{name}.")
            }
            self.own = nn.ParameterDict(
                {key.replace(".", "_"): nn.Parameter(torch.tensor(value)) for key, value in own.items()}
            )

        def dense(self, x: Any, part: str) -> Any:
            return functional.linear(x, self.own[f"{part}_weight"], self.own[f"{part}_bias"])

        def norm(self, x: Any, part: str) -> Any:
            return functional.layer_norm(
                x, (width,), self.own[f"{part}_weight"], self.own[f"{part}_bias"], 1e-12
            )

        def forward(self, x: Any, mask: Any) -> Any:
            n, length, _ = x.shape
            query, key, value = (
                self.dense(x, part).view(n, length, heads, width // heads).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            mixed = functional.scaled_dot_product_attention(
                query,
                key,
                value,
                attn_mask=mask[:, None, None, :],
                dropout_p=DROPPED if self.training else 0.0,
            )
            mixed = mixed.transpose(1, 2).reshape(n, length, width)
            x = self.norm(
                x + functional.dropout(self.dense(mixed, "mix"), DROPPED, self.training), "mix_norm"
            )
            inner = self.dense(functional.gelu(self.dense(x, "widen")), "narrow")
            return self.norm(x + functional.dropout(inner, DROPPED, self.training), "out_norm")

    class Reader(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([Layer(f"layer{number}") for number in range(KEPT_LAYERS, LAYERS)])
            self.mention = nn.Linear(width, sum(map(len, ids)))
            nn.init.normal_(self.mention.weight, 0, 0.03)
            nn.init.constant_(self.mention.bias, -5.0)  # silence, until taught
            self.finding = nn.Linear(width, len(MEANT))
            self.finding_of = nn.Parameter(torch.zeros(len(ids[0]), len(MEANT)))
            self.person = nn.Linear(width, len(PERSON))
            self.side = nn.Linear(width, len(SIDE))
            self.danger = nn.Linear(width, len(DANGERS))
            nn.init.normal_(self.danger.weight, 0, 0.03)
            nn.init.constant_(self.danger.bias, -5.0)
            self.condition = nn.Linear(width, len(CERTAIN))
            self.given = nn.Linear(width, len(GIVEN))
            self.response = nn.Linear(width, len(RESPONSE))

        def forward(self, x: Any, mask: Any) -> tuple[Any, Any, Any]:
            with torch.autocast("cpu", torch.bfloat16):  # twice as fast, and rounded to 8 bits in the end
                for layer in self.layers:
                    x = layer(x, mask)
            x = functional.dropout(x.float(), DROPPED, self.training)
            silent = ~mask[:, :, None]
            return x, self.mention(x).masked_fill(silent, -30.0), self.danger(x).masked_fill(silent, -30.0)

    return Reader()


@dataclass(frozen=True)
class Target:
    """What a unit should sound like.

    `told` is (n_ids,) with 1 for what is spoken of, None where nobody labelled; `dangers` (n_flags,) likewise. `meant` has a row
    (kind, column, heads and their classes) for each of the told.
    """

    told: np.ndarray | None
    dangers: np.ndarray | None
    meant: tuple[tuple[str, int, dict[str, int]], ...]


def target(unit: Unit, ids: tuple[list[str], list[str], list[str]]) -> Target:
    """The labels of a unit as numbers."""
    findings, conditions, treatments = ids
    meant: list[tuple[str, int, dict[str, int]]] = []
    for name, how, person, side in unit.findings:
        if name in findings:
            heads = {"finding": MEANT.index(how), "person": PERSON.index(person), "side": SIDE.index(side)}
            meant.append(("finding", findings.index(name), heads))
    for name, how, person in unit.conditions:
        if name in conditions:
            heads = {"condition": CERTAIN.index(how), "person": PERSON.index(person)}
            meant.append(("condition", len(findings) + conditions.index(name), heads))
    for name, how, response in unit.treatments:
        if name in treatments:
            column = len(findings) + len(conditions) + treatments.index(name)
            heads = {"given": GIVEN.index(how), "response": RESPONSE.index(response)}
            meant.append(("treatment", column, heads))
    told = np.zeros(len(findings) + len(conditions) + len(treatments), np.float32)
    told[[column for _, column, _ in meant]] = 1
    raised = None
    if unit.dangers is not None:
        raised = np.array([name in unit.dangers for name in DANGERS], np.float32)
    return Target(told if unit.is_labelled else None, raised, tuple(meant) if unit.is_labelled else ())


def train(units: list[Unit], ids: tuple[list[str], list[str], list[str]], *, epochs: int, seed: int) -> Any:
    """Fit; prints the loss of every epoch."""
    import torch
    from torch import nn

    torch.manual_seed(seed)
    chance = random.Random(seed)
    reader = model(ids)
    rest = [value for name, value in reader.named_parameters() if not name.startswith("layers")]
    optimiser = torch.optim.AdamW(
        [{"params": reader.layers.parameters()}, {"params": rest}], lr=RATE_LAYERS, weight_decay=0.01
    )
    schedule = None
    prepared: list[tuple[list[np.ndarray], list[Target]]] = []
    words = encoder.weights().vocabulary
    for epoch in range(epochs):
        if epoch < VARIANTS:
            made = variant(units, seed * 100 + epoch)
            states = lower_states([tokens(unit.text, words, at_most=AT_MOST) for unit in made])
            prepared.append((states, [target(unit, ids) for unit in made]))
        states, wanted = prepared[epoch % VARIANTS]
        order = sorted(range(len(states)), key=lambda k: len(states[k]) + chance.random() * 6)
        batches = [order[first : first + BATCH] for first in range(0, len(order), BATCH)]
        chance.shuffle(batches)
        if schedule is None:
            steps = math.ceil(len(batches) * epochs * 1.05)
            schedule = torch.optim.lr_scheduler.OneCycleLR(
                optimiser, [RATE_LAYERS, RATE_HEADS], total_steps=steps, pct_start=0.1
            )
        reader.train()
        total = 0.0
        for batch in batches:
            longest = max(len(states[k]) for k in batch)
            x = np.zeros((len(batch), longest, encoder.DIMENSIONS), np.float32)
            mask = np.zeros((len(batch), longest), bool)
            for row, k in enumerate(batch):
                x[row, : len(states[k])], mask[row, : len(states[k])] = states[k], True
            state, loudness, alarm = reader(torch.tensor(x), torch.tensor(mask))
            loss = _spoken_loss(loudness, [wanted[k].told for k in batch])
            loss = loss + _spoken_loss(alarm, [wanted[k].dangers for k in batch])
            loss = loss + _meaning_loss(reader, state, loudness, [wanted[k].meant for k in batch])
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss) * len(batch)
        print(
            f"epoch {epoch + 1} of {epochs}: loss {total / len(states):.3f} on {len(states)} sentences",
            flush=True,
        )
    return reader


def _spoken_loss(loudness: Any, wanted: list[np.ndarray | None]) -> Any:
    """How well the pieces together say what the labels say; units that nobody labelled count for nothing."""
    import torch
    from torch.nn import functional

    rows = [row for row, labels in enumerate(wanted) if labels is not None]
    if not rows:
        return torch.zeros(())
    said_together = torch.logsumexp(loudness[rows], 1)
    labels = torch.tensor(np.stack([labels for labels in wanted if labels is not None]))
    told = functional.binary_cross_entropy_with_logits(said_together, labels, reduction="sum")
    return told / len(wanted)


def _meaning_loss(
    reader: Any, state: Any, loudness: Any, meant: list[tuple[tuple[str, int, dict[str, int]], ...]]
) -> Any:
    """How well the pieces that say a thing also say how it is meant."""
    import torch
    from torch.nn import functional

    loss = torch.zeros(())
    for kind in ("finding", "condition", "treatment"):
        rows = [(row, *item[1:]) for row, items in enumerate(meant) for item in items if item[0] == kind]
        if not rows:
            continue
        row, column = (torch.tensor([item[part] for item in rows]) for part in (0, 1))
        share = torch.softmax(loudness[row, :, column], dim=1)
        at = torch.einsum("kt,ktd->kd", share, state[row])
        for head in rows[0][2]:
            heard = getattr(reader, head)(at)
            if head == "finding":
                heard = heard + reader.finding_of[column]
            wanted = torch.tensor([item[2][head] for item in rows])
            loss = loss + functional.cross_entropy(heard, wanted) * len(rows) / len(meant)
    return loss


def pack(reader: Any, ids: tuple[list[str], list[str], list[str]], path: Path) -> None:
    """Write the weights: matrices of the layers as 8-bit numbers with one scale a row, the rest as 16-bit."""
    packed: dict[str, np.ndarray] = {
        "ids": np.array(ids[0] + ids[1] + ids[2]),
        "n_findings": np.int64(len(ids[0])),
        "dangers": np.array(DANGERS),
    }
    for name, parameter in reader.state_dict().items():
        value = parameter.numpy().astype(np.float32)
        if not name.startswith("layers."):
            packed["finding_of.bias" if name == "finding_of" else name] = value.astype(np.float16)
            continue
        _, layer, _, part = name.split(".", 3)
        ours = f"layer{int(layer) + KEPT_LAYERS}.{'.'.join(part.rsplit('_', 1))}"
        if value.ndim == 1:
            packed[ours] = value.astype(np.float16)
            continue
        scale = (np.abs(value).max(axis=1) / 127).astype(np.float16)
        packed[ours] = np.clip(np.round(value / scale.astype(np.float32)[:, None]), -127, 127).astype(np.int8)
        packed[f"{ours}.scale"] = scale
    np.savez(path, **packed)
    print(f"wrote {path.name}, {path.stat().st_size / 1e6:.1f} MB")


def main() -> int:
    """Train on everything open, or on all but the sets named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--without", nargs="*", default=[], choices=["open", "third", *SAID_DANGERS])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    units = said() + open_dangers()
    for name in SAID_DANGERS:
        if name not in arguments.without:
            units += dangers(name)
    for name in ("open", "third"):
        if name not in arguments.without:
            units += of_texts(load(name))
    ids = vocabulary(units)
    print(
        f"{len(units)} sentences; {', '.join(str(len(names)) for names in ids)} findings, conditions, treatments"
    )
    pack(train(units, ids, epochs=arguments.epochs, seed=arguments.seed), ids, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
