"""What torch says of operations that sparse tensors do not have."""

from __future__ import annotations

from typing import Any

from ..errors import lacks
from ..tensor import Tensor

EXPLAINED = (
    "This could be because the operator doesn't exist for this backend, or was omitted during the selective/custom "
    "build process (if using custom build). If you are a Facebook employee using PyTorch on mobile, please visit "
    "https://fburl.com/ptmfixes for possible resolutions."
)


def not_run(name: str, backend: str = "SparseCPU") -> NotImplementedError:
    """torch's words without the list of backends that follows, which names files of its build."""
    return NotImplementedError(
        f"Could not run 'aten::{name}' with arguments from the '{backend}' backend. {EXPLAINED}"
    )


KERNELS = {
    name: kernel for kernel, names in {
        "as_strided": "diff block_diag narrow split chunk diagonal squeeze unsafe_split unsafe_chunk tensor_split "
                      "hsplit vsplit split_with_sizes unsafe_split_with_sizes slice_inverse as_strided",
        "as_strided_": "squeeze_ unsqueeze_",
        "view": "view view_as take_along_dim",
        "flip": "flip fliplr flipud rot90 __reversed__",
        "sort.stable": "sort argsort msort quantile nanquantile",
        "acos": "arccos", "acos_": "arccos_", "acosh": "arccosh", "acosh_": "arccosh_", "atan2": "arctan2",
        "_log_softmax": "log_softmax", "_softmax": "softmax", "nonzero": "argwhere",
        "logical_and.out": "logical_and logical_and_", "logical_or.out": "logical_or logical_or_",
        "logical_xor.out": "logical_xor logical_xor_", "logical_not.out": "logical_not logical_not_",
        "logsumexp.out": "logsumexp", "linalg_lu_factor_ex": "lu", "linalg_matrix_exp": "matrix_exp",
        "_linalg_slogdet": "logdet slogdet", "_linalg_det": "det", "linalg_qr": "qr", "_linalg_svd": "svd",
        "linalg_cross": "cross", "_cummax_helper": "cummax", "_cummin_helper": "cummin",
        "_logcumsumexp": "logcumsumexp", "mean.dim": "mean", "_unique2": "unique", "var.correction": "var",
        "std.correction": "std", "where.self": "where", "_prelu_kernel": "prelu", "frexp.Tensor_out": "frexp",
        "linalg_vector_norm": "linalg_norm linalg_vector_norm", "diagonal_copy": "diag",
        "linalg_inv_ex": "inverse linalg_inv", "eq.Tensor": "allclose isclose", "round.decimals": "round_decimals",
        "count_nonzero.dim_IntList": "count_nonzero", "pow_.Scalar": "pow_ square_", "__lshift__.Scalar": "__lshift__",
        "__rshift__.Scalar": "__rshift__", "pow.Tensor_Tensor": "pow_tensor",
        "fill_.Scalar": "ones_like full_like new_ones new_full fill_", "uniform_": "rand_like", "normal_": "randn_like",
        "index.Tensor": "index", "dequantize.self": "dequantize", "pow.Scalar": "__rpow__",
        "reciprocal": "reciprocal __rtruediv__", "reciprocal_": "reciprocal_",
        "random_.from": "random_", "bernoulli_.float": "bernoulli_",
    }.items() for name in names.split()
}  # fmt: skip
"""Where torch gets stuck in something of another name."""

COMPARED = frozenset(
    """
    eq ne lt le gt ge bitwise_and bitwise_or bitwise_xor remainder fmod copysign xlogy lerp clamp_min clamp_max
    bitwise_left_shift bitwise_right_shift
    """.split()  # noqa: SIM905
)
"""Operations with a tensor or a number, whose name says which."""

WRAPPING = frozenset(("remainder", "fmod", "copysign", "bitwise_and", "bitwise_or", "bitwise_xor"))
"""Those that make a tensor of a number."""

SAME = {
    "not_equal": "ne", "less": "lt", "less_equal": "le", "greater": "gt", "greater_equal": "ge", "clip": "clamp",
    "max": "max", "mod": "remainder", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "invert": "bitwise_not",
}  # fmt: skip

IN_WORDS = {
    **dict.fromkeys(
        ("reshape", "reshape_as", "flatten", "repeat_interleave", "einsum"),
        "reshape is not implemented for sparse tensors",
    ),
    **dict.fromkeys(
        ("expand", "expand_as", "broadcast_to", "repeat", "tile"), "expand is unsupported for Sparse tensors"
    ),
    **dict.fromkeys(
        ("contiguous", "ravel", "diagflat", "masked_fill", "masked_scatter"),
        "unsupported memory format option Contiguous",
    ),
    "outer": "outer: Expected 1-D argument self, but got 2-D",
    "bernoulli": "memory format option is only supported by strided tensors",
    "put": "unsupported memory format option Preserve",
    "crow_indices": "crow_indices expected sparse row compressed tensor layout but got Sparse",
    "col_indices": "col_indices expected sparse row compressed tensor layout but got Sparse",
    "ccol_indices": "ccol_indices expected sparse column compressed tensor layout but got Sparse",
    "row_indices": "row_indices expected sparse column compressed tensor layout but got Sparse",
    "apply_": "Cannot access data pointer of Tensor that doesn't have storage",
    "map_": "Cannot access data pointer of Tensor that doesn't have storage",
}
"""Operations that torch refuses in words of its own: RuntimeError."""


LACKED = frozenset(("chain_matmul", "multi_dot", "linalg_multi_dot", "cov", "corrcoef", "chalf", "map_", "map2_"))
"""Operations that torch composes of others, or for a dtype that is not there."""


def refused(name: str, arguments: Any) -> Exception:
    """The exception for an operation that sparse tensors do not have."""
    name = name.removesuffix("_of")
    if name in LACKED:
        return lacks(f"torch.{name} of sparse tensors")
    if name in IN_WORDS:
        return RuntimeError(IN_WORDS[name])
    if name == "__invert__":
        return TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")
    if name in KERNELS:
        return not_run(KERNELS[name])
    bare = name
    if name.startswith("__") and name.endswith("__"):
        bare = name.strip("_")
        if bare[0] == "i" and bare[1:] in (*COMPARED, "and", "or", "xor", "mod", "pow", "lshift", "rshift"):
            bare = bare[1:] + "_"
    written = "_" if bare[-1] == "_" else ""
    bare = bare.removesuffix("_")
    bare = SAME.get(bare, bare)
    if bare in ("max", "min", "median") and len(arguments) > 1 and isinstance(arguments[1], int):
        return not_run(f"{bare}.dim")
    if bare in COMPARED:
        other = arguments[1] if len(arguments) > 1 else None
        if bare == "lerp":
            other = arguments[2] if len(arguments) > 2 else None
        tensor = isinstance(other, Tensor) or bare in WRAPPING
        suffix = ".Tensor" if tensor else "" if bare.startswith("clamp") else ".Scalar"
        return not_run(bare + written + suffix)
    return not_run(bare + written)
