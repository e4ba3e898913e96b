"""Floats of eight bits: elements to be stored, which other types compute with. And what larger unsigned integers lack.

torch converts them, moves and compares them, and has kernels for little else. NumPy, by way of ml_dtypes, would compute
with them, so what torch refuses is refused by name.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import scalar_types as types

NARROW = types.NARROW


def round_to(x: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Elements of any type as floats of eight bits. Bitwise torch, the sign of nan included."""
    wide = x.astype(np.float32)
    kind = dtype.char
    if kind == "W":
        # Powers of two alone: there is no sign, and no zero.
        return np.asarray(np.maximum(np.abs(wide), 2.0**-127)).astype(dtype)
    if kind == "4":
        return np.asarray(np.clip(wide, -448.0, 448.0)).astype(dtype)  # there is no infinity
    made = wide.astype(dtype)
    if kind == "5":
        np.bitwise_or(made.view(np.uint8), 1, out=made.view(np.uint8), where=np.isnan(wide))
    return made


def widened(x: np.ndarray, dtype: np.dtype[Any]) -> np.ndarray:
    """Floats of eight bits as float32, on their way to ``dtype``: where nan has no sign it is a zero to integers."""
    wide = x.astype(np.float32)
    if dtype.kind in "iu" and x.dtype.char in "GCW":
        wide[np.isnan(wide)] = 0
    return wide


def product(mat1: np.ndarray, mat2: np.ndarray) -> np.ndarray:
    """The product of two matrices, each sum in float32 and rounded once."""
    return round_to(np.matmul(mat1.astype(np.float32), mat2.astype(np.float32)), mat1.dtype)


WITH_KERNELS = frozenset(("abs", "all", "any", "conj_physical", "eq", "isnan", "mul", "ne", "positive"))
"""Operations element by element, or over all elements, that torch has kernels for."""


def kernels(table: str) -> dict[str, str]:
    """Names of kernels by operation, from lines of kernels and operations; ``*`` stands for the operation's name."""
    lines = [line.partition(": ") for line in table.split("\n") if line]
    return {name: kernel.replace("*", name) for kernel, _, names in lines for name in names.split()}


KERNELS = kernels("""\
*: baddbmm batch_norm bmm channel_shuffle cross digamma exp2 isfinite isinf nan_to_num pixel_shuffle pixel_unshuffle
*: pow rms_norm trace tril triu
*_: index_add
*_cpu: argmax argmin atan2 copysign cummax cummin fmax fmin fmod index_copy lerp maximum median minimum softplus take
*_cpu: xlogy
*_cpu_out: addcdiv addcmul
*_cpu_reduced_float: sigmoid
*_out_cpu: cholesky_inverse cumprod cumsum logcumsumexp prod
*_vml_cpu: acos asin atan ceil cos erf erfc erfinv exp expm1 floor i0 lgamma log log10 log1p log2 round sin sqrt tan
*_vml_cpu: tanh trunc
GeluKernelImpl: gelu_
add_stub: add rsub sub
addmv_impl_cpu: addmv mv
aminmax_cpu: aminmax_
cdist: cdist_
clamp_cpu: clamp_tensors
clamp_min_scalar_cpu: relu
clamp_scalar_cpu: clamp_numbers hardtanh
copysign_cpu: copysign_tensors
cummax_cpu: cummax_along
cummin_cpu: cummin_along
div_cpu_reduced_float: div_number
div_floor_cpu: floor_divide
div_floor_cpu_reduced_float: div_floor_number floor_divide_number
div_trunc_cpu_reduced_float: div_trunc_number
dot: dot vdot
elu_cpu: celu elu_unit selu
equal_notnan_cpu: equal
flip_cpu: flip_
frexp_cpu: frexp_
index_fill_cpu: index_fill_number index_fill_tensor
kthvalue_cpu: kthvalue_along
leaky_relu_cpu: leaky_relu_unit
logit_cpu: logit_
masked_fill: masked_fill_number masked_fill_tensor
max_all: max
max_cpu: max_along
max_values_cpu: amax logsumexp_over
median_cpu: nanmedian
median_out: median_along nanmedian_along
min_all: min
min_cpu: min_along
min_values_cpu: amin
mode_cpu: mode_along
mse_cpu: mse_loss
mul_cpu_reduced_float: deg2rad isclose mul_number rad2deg
nonzero_count_cpu: count_nonzero nonzero
norm_cpu: vector_norm_
polygamma: polygamma_
pow: pow_base_number pow_number pow_tensors
scatter_gather_tensor_cpu: gather scatter_add scatter_tensor
searchsorted_out_cpu: searchsorted
sign_cpu: sgn
sorting_kernel_method_name: sort_plain sort_stable
std_cpu: std_mean_over std_over var_mean_over var_over
sum_cpu: mean
take_put_cpu: put
threshold_cpu: threshold_unit
topk_cpu: topk_along
unique: _unique2 unique_consecutive
xlog1py_cpu: special_xlog1py special_xlog1py_number special_xlog1py_of_number
xlogy_cpu: xlogy_number xlogy_of_number
zeta_cpu: special_zeta special_zeta_number special_zeta_of_number
""")
"""What the kernels are called that refuse floats of eight bits, by the names of declarations."""


NOT_UNSIGNED = kernels("""\
*: trace tril triu
*_cpu: abs argmax argmin bitwise_not cummax cummin fmod gcd ge gt heaviside lcm le logical_and logical_not logical_or
*_cpu: logical_xor lt maximum median minimum neg remainder
add_stub: add rsub sub
aminmax_cpu: aminmax_
clamp_min_scalar_cpu: relu
cummax_cpu: cummax_along
cummin_cpu: cummin_along
div_floor_cpu: div_floor div_floor_number floor_divide floor_divide_number
kthvalue_cpu: kthvalue_along
logcumsumexp_out_cpu: logcumsumexp
lshift_cpu: bitwise_left_shift
max_all: max
max_cpu: max_along
max_values_cpu: amax
maximum_cpu: fmax
median_cpu: nanmedian
median_out: median_along nanmedian_along
min_all: min
min_cpu: min_along
min_values_cpu: amin
minimum_cpu: fmin
mode_cpu: mode_along
nonzero_count_cpu: count_nonzero nonzero
pow: pow_base_number pow_tensors square
rshift_cpu: bitwise_right_shift
sign_cpu: sgn sign
topk_cpu: topk_along
""")
"""The same for unsigned integers of more than eight bits, with which all that is not listed computes."""


def refusal(name: str, dtype: np.dtype[Any], computes: bool) -> NotImplementedError | None:
    """What an operation says that has no kernel for an element type of few kernels.

    For floats of eight bits that is one that is listed, or ``computes`` and is not listed as one that has.
    """
    if dtype.kind == "u":
        return types.not_implemented(NOT_UNSIGNED[name], dtype) if name in NOT_UNSIGNED else None
    if (name, dtype.char) in (("isinf", "5"), ("isfinite", "5"), ("isfinite", "W")):
        return None  # the type with infinities, and the one without a sign
    if name in KERNELS or (computes and name not in WITH_KERNELS) or (name == "abs" and dtype.char == "W"):
        return types.not_implemented(KERNELS.get(name, name + "_cpu"), dtype)
    return None
