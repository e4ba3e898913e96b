"""What arrays and tensors are compared by, or how a call is refused."""
import numpy as np

from minitorch_compat._kernels import layout


def outcome(function, describe, *arguments, **keywords):
    try:
        return describe(function(*arguments, **keywords))
    except Exception as error:
        return type(error).__name__, str(error)


def of_array(x):
    assert type(x) is np.ndarray
    return x.dtype.name, x.shape, layout.strides(x), x.tolist()


def of_tensor(x):
    return str(x.dtype)[6:], tuple(x.shape), x.stride(), x.tolist()
