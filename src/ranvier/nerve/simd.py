"""The inner loops written as LLVM vectors: the nodes' gates, the elimination of a row of nodes, the modes of a chunk.

LLVM does not find them by itself: it keeps some thirty scalar operations a node, cannot know that the lanes of a row of
nodes do not depend on each other, and will not hold a sum over modes in a register while it cannot rule out that the
arrays overlap. The vectors are plain LLVM ones, which every target lowers to what it has.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils as numba_cgutils
from numba.extending import intrinsic

#: Numba ships without types for its builders.
cgutils: Any = numba_cgutils
COLUMNS = 8
GATES = 4
#: Nodes taken together; arrays over nodes are padded to a multiple of it.
NODES = 8
#: Internodes whose modes are updated at once; a chunk's length is a multiple of it.
BLOCK = 16


class _Lanes:
    """Vectors of one element type and count: what the loops below are written in."""

    def __init__(self, context: Any, builder: Any, dtype: Any, count: int) -> None:
        self.context, self.builder, self.count = context, builder, count
        self.element = context.get_value_type(dtype)
        self.size = context.get_abi_sizeof(self.element)
        self.type = ir.VectorType(self.element, count)
        suffix = "f32" if dtype == types.float32 else "f64"
        self._multiply_add = self._function("fmuladd", 3, suffix)
        self._smaller, self._larger = self._function("minnum", 2, suffix), self._function("maxnum", 2, suffix)

    def _function(self, name: str, n_arguments: int, suffix: str) -> Any:
        kind = ir.FunctionType(self.type, [self.type] * n_arguments)
        return cgutils.get_or_insert_function(self.builder.module, kind, f"llvm.{name}.v{self.count}{suffix}")

    def data(self, array_type: Any, value: Any) -> Any:
        """Where an array's elements begin."""
        return self.context.make_array(array_type)(self.context, self.builder, value).data

    def load(self, base: Any, offset: Any) -> Any:
        """Read a vector that starts at an element."""
        return self.builder.load(self._at(base, offset), align=self.size)

    def store(self, value: Any, base: Any, offset: Any) -> None:
        """Write a vector that starts at an element."""
        self.builder.store(value, self._at(base, offset), align=self.size)

    def _at(self, base: Any, offset: Any) -> Any:
        return self.builder.bitcast(self.builder.gep(base, [offset]), self.type.as_pointer())

    def spread(self, value: Any) -> Any:
        """Put one value in every lane."""
        empty = ir.Constant(self.type, ir.Undefined)
        single = self.builder.insert_element(empty, value, ir.IntType(32)(0))
        return self.pick(single, empty, [0] * self.count)

    def pick(self, one: Any, other: Any, which: list[int]) -> Any:
        """Take lanes of two vectors, the second's numbered after the first's."""
        mask = ir.Constant(ir.VectorType(ir.IntType(32), len(which)), which)
        return self.builder.shuffle_vector(one, other, mask)

    def multiply_add(self, a: Any, b: Any, c: Any) -> Any:
        """a b + c."""
        return self.builder.call(self._multiply_add, [a, b, c])

    def larger(self, a: Any, b: Any) -> Any:
        """Whichever is larger; the number, if the other is NaN."""
        return self.builder.call(self._larger, [a, b])

    def clamp(self, x: Any, low: Any, high: Any) -> Any:
        """Hold x between low and high."""
        return self.builder.call(self._smaller, [self.larger(x, low), high])


def _move_nodes(
    typingctx: Any, u: Any, old: Any, highest: Any, gates: Any, table: Any, table_start: Any, conductance: Any,
    inertia: Any, base: Any, constant: Any, diagonal: Any, rhs: Any, numbers: Any, n_nodes: Any, beyond: Any,
) -> Any:  # fmt: skip
    """Take every node's solved potential over, advance its gates, and set up the next step's system.

    The new potential is x + `beyond` (x - u), x being the solution that stands in `rhs`; the one before goes to `old`.
    Gates move by a table row and the way to the next. Returns whether any node crossed the threshold upwards.

    `table` (rows, 8) holds stay and add of the four gates; `gates` (4, n_nodes), `conductance` (3, n_nodes), `numbers` as in
    `group.form_group`. `NODES` nodes at a time: each one's row is read as a vector, and the eight vectors are turned into one
    for each column. `n_nodes` is a multiple of `NODES`.
    """
    signature = types.boolean(
        u, old, highest, gates, table, table_start, conductance, inertia, base, constant, diagonal, rhs, numbers,
        n_nodes, beyond,
    )  # fmt: skip

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0].dtype, NODES)
        index = ir.IntType(64)
        places = [
            lanes.data(kind, value) for kind, value in zip(signature.args[:13], arguments[:13], strict=True)
        ]
        u_at, old_at, highest_at, gates_at, table_at, start_at, conductance_at = places[:7]
        inertia_at, base_at, constant_at, diagonal_at, rhs_at, numbers_at = places[7:]
        count, beyond = arguments[13], lanes.spread(arguments[14])
        lowest, per_mv, last_row, zero, threshold, e_na, e_k = (
            lanes.spread(builder.load(builder.gep(numbers_at, [ir.Constant(index, i)]))) for i in range(7)
        )
        masks = ir.IntType(NODES)
        crossed_at = cgutils.alloca_once_value(builder, masks(0))
        whole_type = ir.VectorType(ir.IntType(32), NODES)
        first_whole, last_whole = ir.Constant(whole_type, [0] * NODES), builder.fptosi(last_row, whole_type)
        with cgutils.for_range(builder, builder.udiv(count, ir.Constant(index, NODES))) as block:
            j = builder.mul(block.index, ir.Constant(index, NODES))
            before, solved = lanes.load(u_at, j), lanes.load(rhs_at, j)
            potential = lanes.multiply_add(beyond, builder.fsub(solved, before), solved)
            lanes.store(before, old_at, j)
            lanes.store(potential, u_at, j)
            lanes.store(lanes.larger(lanes.load(highest_at, j), potential), highest_at, j)
            crossed = builder.and_(
                builder.fcmp_ordered("<", before, threshold), builder.fcmp_ordered(">=", potential, threshold)
            )
            builder.store(builder.or_(builder.load(crossed_at), builder.bitcast(crossed, masks)), crossed_at)
            x = lanes.clamp(builder.fmul(builder.fsub(potential, lowest), per_mv), zero, last_row)
            # Once more as whole numbers: a potential that is no number must not read beyond the table.
            whole = builder.fptosi(x, whole_type)
            whole = builder.select(builder.icmp_signed("<", whole, first_whole), first_whole, whole)
            whole = builder.select(builder.icmp_signed(">", whole, last_whole), last_whole, whole)
            fraction = builder.fsub(x, builder.sitofp(whole, lanes.type))
            columns = []
            for k in range(NODES):
                lane = ir.IntType(32)(k)
                start = builder.load(builder.gep(start_at, [builder.add(j, ir.Constant(index, k))]))
                row = builder.add(start, builder.sext(builder.extract_element(whole, lane), index))
                offset = builder.mul(row, ir.Constant(index, COLUMNS))
                here = lanes.load(table_at, offset)
                following = lanes.load(table_at, builder.add(offset, ir.Constant(index, COLUMNS)))
                way = lanes.spread(builder.extract_element(fraction, lane))
                columns.append(lanes.multiply_add(way, builder.fsub(following, here), here))
            columns = _transpose(lanes, columns)
            moved = []
            for gate in range(GATES):
                at = builder.add(j, builder.mul(count, ir.Constant(index, gate)))
                value = lanes.multiply_add(columns[gate], lanes.load(gates_at, at), columns[GATES + gate])
                lanes.store(value, gates_at, at)
                moved.append(value)
            m, h, p, s = moved
            fast, slow, potassium = (
                lanes.load(conductance_at, builder.add(j, builder.mul(count, ir.Constant(index, channel))))
                for channel in range(3)
            )
            fast = builder.fmul(fast, builder.fmul(builder.fmul(m, h), builder.fmul(m, m)))
            sodium = lanes.multiply_add(slow, builder.fmul(p, builder.fmul(p, p)), fast)
            potassium = builder.fmul(potassium, s)
            lanes.store(builder.fadd(lanes.load(base_at, j), builder.fadd(sodium, potassium)), diagonal_at, j)
            sent = lanes.multiply_add(lanes.load(inertia_at, j), potential, lanes.load(constant_at, j))
            sent = lanes.multiply_add(potassium, e_k, lanes.multiply_add(sodium, e_na, sent))
            lanes.store(sent, rhs_at, j)
        return builder.icmp_unsigned("!=", builder.load(crossed_at), masks(0))

    return signature, generate


def _transpose(lanes: _Lanes, rows: list[Any]) -> list[Any]:
    """Turn as many vectors as they have lanes into their columns, halving the blocks that change places each time."""
    n = lanes.count
    stride = n // 2
    while stride:
        for i in range(n):
            if not i & stride:
                low = [k if not k & stride else n + k - stride for k in range(n)]
                high = [k + stride if not k & stride else n + k for k in range(n)]
                one, other = rows[i], rows[i + stride]
                rows[i], rows[i + stride] = lanes.pick(one, other, low), lanes.pick(one, other, high)
        stride //= 2
    return rows


def _eliminate_row(
    typingctx: Any, diagonal: Any, coupling: Any, rhs: Any, ratio: Any, start: Any, width: Any, has_next: Any
) -> Any:
    """Eliminate the nodes `start` to `start + width`, one of each lane, given those before them.

    `width` is a multiple of `NODES`; without a next node no ratio is kept.
    """
    signature = types.void(diagonal, coupling, rhs, ratio, start, width, has_next)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0].dtype, NODES)
        index = ir.IntType(64)
        diagonal_at, coupling_at, rhs_at, ratio_at = (
            lanes.data(kind, value) for kind, value in zip(signature.args[:4], arguments[:4], strict=True)
        )
        start_value, width_value, has_next_value = arguments[4:]
        one = ir.Constant(lanes.type, [1.0] * NODES)
        with cgutils.for_range(builder, builder.udiv(width_value, ir.Constant(index, NODES))) as block:
            j = builder.add(start_value, builder.mul(block.index, ir.Constant(index, NODES)))
            k = builder.sub(j, width_value)
            before = lanes.load(coupling_at, k)
            left = builder.fmul(before, lanes.load(ratio_at, k))
            inverse = builder.fdiv(one, builder.fsub(lanes.load(diagonal_at, j), left))
            own = lanes.multiply_add(before, lanes.load(rhs_at, k), lanes.load(rhs_at, j))
            lanes.store(builder.fmul(own, inverse), rhs_at, j)
            with builder.if_then(has_next_value):
                lanes.store(builder.fmul(lanes.load(coupling_at, j), inverse), ratio_at, j)
        return context.get_dummy_value()

    return signature, generate


def _substitute_row(typingctx: Any, rhs: Any, ratio: Any, start: Any, width: Any) -> Any:
    """Add to the nodes `start` to `start + width` what comes back from those after them."""
    signature = types.void(rhs, ratio, start, width)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0].dtype, NODES)
        index = ir.IntType(64)
        rhs_at, ratio_at = (
            lanes.data(kind, value) for kind, value in zip(signature.args[:2], arguments[:2], strict=True)
        )
        start_value, width_value = arguments[2:]
        with cgutils.for_range(builder, builder.udiv(width_value, ir.Constant(index, NODES))) as block:
            j = builder.add(start_value, builder.mul(block.index, ir.Constant(index, NODES)))
            after = lanes.load(rhs_at, builder.add(j, width_value))
            lanes.store(lanes.multiply_add(lanes.load(ratio_at, j), after, lanes.load(rhs_at, j)), rhs_at, j)
        return context.get_dummy_value()

    return signature, generate


def _update_chunk(
    typingctx: Any, states_even: Any, states_odd: Any, keep_even: Any, keep_odd: Any, drive_even: Any, drive_odd: Any,
    direct_even: Any, direct_odd: Any, late_even: Any, late_odd: Any, new: Any, used: Any, rhs: Any,
    chunk: Any, kind: Any, length: Any, n_even: Any, n_odd: Any, width: Any, together: Any,
) -> Any:  # fmt: skip
    """Move every mode of one chunk of internodes and add what they send to the two nodes of each.

    `together` (a literal) is how many chunks of one kind, one after the other, are done at once: reading weights is what
    the loop spends most of its time on, and so they are read once for all of them.

    For each internode and parity, with the sum or difference of its nodes' potentials, now (`new`) and as the scheme uses
    them (`used`): sent = direct new + late used, then for each mode Y = keep Y + drive used, sent += Y. The left node gets even
    + odd, the right one even - odd. `states` (n_chunks, n_modes, length); `keep`, `drive` (n_kinds, n_modes, length); `direct`,
    `late` (n_kinds, length); `new`, `used`, `rhs` flat over nodes.
    """
    signature = types.void(
        states_even, states_odd, keep_even, keep_odd, drive_even, drive_odd, direct_even, direct_odd, late_even,
        late_odd, new, used, rhs, chunk, kind, length, n_even, n_odd, width, together,
    )  # fmt: skip

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        lanes = _Lanes(context, builder, signature.args[0].dtype, BLOCK)
        index = ir.IntType(64)
        chunk, kind, length, n_even, n_odd, width = arguments[13:19]
        many = signature.args[19].literal_value
        places = [
            lanes.data(own, value) for own, value in zip(signature.args[:13], arguments[:13], strict=True)
        ]
        states, keep, drive, direct, late = (places[i : i + 2] for i in range(0, 10, 2))
        new_at, used_at, rhs_at = places[10:]
        chunks = [builder.add(chunk, ir.Constant(index, i)) for i in range(many)]
        with cgutils.for_range(builder, builder.udiv(length, ir.Constant(index, BLOCK))) as block:
            offset = builder.mul(block.index, ir.Constant(index, BLOCK))
            left = [builder.add(builder.mul(one, length), offset) for one in chunks]
            right = [builder.add(at, width) for at in left]
            weight_at = builder.add(builder.mul(kind, length), offset)
            sent = []
            for parity, (combine, n_modes) in enumerate(((builder.fadd, n_even), (builder.fsub, n_odd))):
                straight = lanes.load(direct[parity], weight_at)
                lagging = lanes.load(late[parity], weight_at)
                potentials, totals, own = [], [], []
                for one, near, far in zip(chunks, left, right, strict=True):
                    now = combine(lanes.load(new_at, near), lanes.load(new_at, far))
                    potential = combine(lanes.load(used_at, near), lanes.load(used_at, far))
                    total = lanes.multiply_add(lagging, potential, builder.fmul(straight, now))
                    potentials.append(potential)
                    totals.append(cgutils.alloca_once(builder, lanes.type))
                    builder.store(total, totals[-1])
                    own.append(builder.add(builder.mul(builder.mul(one, n_modes), length), offset))
                shared = builder.add(builder.mul(builder.mul(kind, n_modes), length), offset)
                with cgutils.for_range(builder, n_modes) as mode:
                    step = builder.mul(mode.index, length)
                    weights = builder.add(shared, step)
                    stays, driven = lanes.load(keep[parity], weights), lanes.load(drive[parity], weights)
                    for potential, total_at, start in zip(potentials, totals, own, strict=True):
                        at = builder.add(start, step)
                        moved = lanes.multiply_add(
                            stays, lanes.load(states[parity], at), builder.fmul(driven, potential)
                        )
                        lanes.store(moved, states[parity], at)
                        builder.store(builder.fadd(builder.load(total_at), moved), total_at)
                sent.append([builder.load(total_at) for total_at in totals])
            # In this order: with one lane the right nodes of a block are its left nodes but for one.
            for near, far, even, odd in zip(left, right, *sent, strict=True):
                lanes.store(builder.fadd(lanes.load(rhs_at, near), builder.fadd(even, odd)), rhs_at, near)
                lanes.store(builder.fadd(lanes.load(rhs_at, far), builder.fsub(even, odd)), rhs_at, far)
        return context.get_dummy_value()

    return signature, generate


move_nodes: Any = intrinsic(_move_nodes)
eliminate_row: Any = intrinsic(_eliminate_row)
substitute_row: Any = intrinsic(_substitute_row)
update_chunk: Any = intrinsic(prefer_literal=True)(_update_chunk)
