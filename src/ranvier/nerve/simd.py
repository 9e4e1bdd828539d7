"""One node's gates moved as vectors: eight table columns and four gates at a time.

LLVM does not find this by itself (it keeps some thirty scalar loads and multiplications a node), so the vector
instructions are written out. They are plain LLVM vectors, which every target lowers to what it has.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

COLUMNS = 8
GATES = 4


@intrinsic  # type: ignore[untyped-decorator]
def whole(typingctx: Any, x: Any) -> Any:
    """Cut a non-negative number to its whole part, in its own type (Numba would widen float32)."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.sitofp(builder.fptosi(arguments[0], ir.IntType(32)), arguments[0].type)

    return x(x), generate


@intrinsic  # type: ignore[untyped-decorator]
def move_gates(typingctx: Any, table: Any, row: Any, fraction: Any, gates: Any, node: Any) -> Any:
    """Advance the four gates of a node by a table row and the way to the next, and return them.

    `table` (rows, 16) holds stay and add of the four gates, then their rise to the next row; `gates` (n, 4).
    """
    signature = types.UniTuple(table.dtype, GATES)(table, row, fraction, gates, node)

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
