"""The two inner loops written as LLVM vectors: the gates of a node, and the modes of a chunk of internodes.

LLVM does not find them by itself: it keeps some thirty scalar operations a node, and will not hold a sum over modes in
a register while it cannot rule out that the arrays overlap. The vectors are plain LLVM ones, which every target lowers
to what it has.
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
#: Internodes whose modes are updated at once; a chunk's length is a multiple of it.
BLOCK = 16


def _whole(typingctx: Any, x: Any) -> Any:
    """Cut a non-negative number to its whole part, in its own type (Numba would widen float32)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.sitofp(builder.fptosi(arguments[0], ir.IntType(32)), arguments[0].type)

    return x(x), generate


def _move_gates(typingctx: Any, table: Any, row: Any, fraction: Any, gates: Any, node: Any) -> Any:
    """Advance the four gates of a node by a table row and the way to the next, and return them.

    `table` (rows, 16) holds stay and add of the four gates, then their rise to the next row; `gates` (n, 4).
    """
    tuple_type: Any = types.UniTuple  # untyped in Numba
    signature = tuple_type(table.dtype, GATES)(table, row, fraction, gates, node)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        table_value, row_value, fraction_value, gates_value, node_value = arguments
        table_type, _, _, gates_type, _ = signature.args
        element = context.get_value_type(table_type.dtype)
        size = context.get_abi_sizeof(element)
        eight, four = ir.VectorType(element, COLUMNS), ir.VectorType(element, GATES)
        index = ir.IntType(64)
        rows = context.make_array(table_type)(context, builder, table_value)
        nodes = context.make_array(gates_type)(context, builder, gates_value)
        start = builder.gep(rows.data, [builder.mul(row_value, ir.Constant(index, 2 * COLUMNS))])
        values_at = builder.bitcast(start, eight.as_pointer())
        rises_at = builder.bitcast(builder.gep(start, [ir.Constant(index, COLUMNS)]), eight.as_pointer())
        values = builder.load(values_at, align=size)
        rises = builder.load(rises_at, align=size)
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), COLUMNS), [0] * COLUMNS)
        single = builder.insert_element(ir.Constant(eight, ir.Undefined), fraction_value, ir.IntType(32)(0))
        spread = builder.shuffle_vector(single, ir.Constant(eight, ir.Undefined), zeros)
        suffix = "f32" if table_type.dtype == types.float32 else "f64"
        multiply_add_8, multiply_add_4 = (
            cgutils.get_or_insert_function(
                builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{vector.count}{suffix}"
            )
            for vector in (eight, four)
        )
        here = builder.call(multiply_add_8, [spread, rises, values])
        halves = [
            builder.shuffle_vector(
                here,
                ir.Constant(eight, ir.Undefined),
                ir.Constant(ir.VectorType(ir.IntType(32), GATES), mask),
            )
            for mask in ([0, 1, 2, 3], [4, 5, 6, 7])
        ]
        own = builder.gep(nodes.data, [builder.mul(node_value, ir.Constant(index, GATES))])
        own_at = builder.bitcast(own, four.as_pointer())
        moved = builder.call(multiply_add_4, [halves[0], builder.load(own_at, align=size), halves[1]])
        builder.store(moved, own_at, align=size)
        parts = [builder.extract_element(moved, ir.IntType(32)(i)) for i in range(GATES)]
        return context.make_tuple(builder, signature.return_type, parts)

    return signature, generate


def _update_chunk(
    typingctx: Any, states: Any, keep: Any, drive: Any, direct: Any, late: Any, new: Any, used: Any, current: Any,
    chunk: Any, kind: Any, length: Any, n_modes: Any,
) -> Any:  # fmt: skip
    """Move every mode of one chunk and sum what they send.

    For each internode: sum = direct new + late used, then for each mode Y = keep Y + drive used, sum += Y.
    `states` (n_chunks, n_modes, length); `keep`, `drive` (n_kinds, n_modes, length); `direct`, `late` (n_kinds, length);
    `new`, `used`, `current` flat, n_chunks x length.
    """
    signature = types.void(
        states, keep, drive, direct, late, new, used, current, chunk, kind, length, n_modes
    )

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        arrays, (chunk_value, kind_value, length_value, modes_value) = arguments[:8], arguments[8:]
        element = context.get_value_type(signature.args[0].dtype)
        size = context.get_abi_sizeof(element)
        vector = ir.VectorType(element, BLOCK)
        suffix = "f32" if signature.args[0].dtype == types.float32 else "f64"
        multiply_add = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(vector, [vector] * 3), f"llvm.fmuladd.v{BLOCK}{suffix}"
        )
        index = ir.IntType(64)
        data = [
            context.make_array(kind_of)(context, builder, value).data
            for kind_of, value in zip(signature.args[:8], arrays, strict=True)
        ]
        per_chunk = builder.mul(length_value, modes_value)
        bases = [
            builder.gep(data[i], [builder.mul(which, stride)])
            for i, (which, stride) in enumerate(
                [
                    (chunk_value, per_chunk),
                    (kind_value, per_chunk),
                    (kind_value, per_chunk),
                    (kind_value, length_value),
                    (kind_value, length_value),
                    (chunk_value, length_value),
                    (chunk_value, length_value),
                    (chunk_value, length_value),
                ]
            )
        ]
        states_at, keep_at, drive_at, direct_at, late_at, new_at, used_at, current_at = bases

        def vector_at(base: Any, offset: Any) -> Any:
            return builder.bitcast(builder.gep(base, [offset]), vector.as_pointer())

        def load(base: Any, offset: Any) -> Any:
            return builder.load(vector_at(base, offset), align=size)

        n_blocks = builder.udiv(length_value, ir.Constant(index, BLOCK))
        total_at = cgutils.alloca_once(builder, vector)
        with cgutils.for_range(builder, n_blocks) as block:
            offset = builder.mul(block.index, ir.Constant(index, BLOCK))
            potential = load(used_at, offset)
            total = builder.fmul(load(direct_at, offset), load(new_at, offset))
            builder.store(builder.call(multiply_add, [load(late_at, offset), potential, total]), total_at)
            with cgutils.for_range(builder, modes_value) as mode:
                at = builder.add(offset, builder.mul(mode.index, length_value))
                driven = builder.fmul(load(drive_at, at), potential)
                moved = builder.call(multiply_add, [load(keep_at, at), load(states_at, at), driven])
                builder.store(moved, vector_at(states_at, at), align=size)
                builder.store(builder.fadd(builder.load(total_at), moved), total_at)
            builder.store(builder.load(total_at), vector_at(current_at, offset), align=size)
        return context.get_dummy_value()

    return signature, generate


whole: Any = intrinsic(_whole)
move_gates: Any = intrinsic(_move_gates)
update_chunk: Any = intrinsic(_update_chunk)
