"""The commonest changes since torch 0.3 in a sentence each: what an old page meets, why, and what to write instead."""
from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Explanation:
    """`meets` is searched in the error (`Type: text`) or the warning, `shows` in old text, `code` in the code."""

    name: str
    why: str
    meets: str = ""
    code: str = ""
    shows: str = ""

    def fits(self, code: str, met: str) -> bool:
        return bool(self.meets and re.search(self.meets, met) and re.search(self.code, code))


EXPLANATIONS = (
    Explanation("print", "This is Python 2: print is a function now, print(x).",
                r"SyntaxError: Missing parentheses in call to 'print'"),
    Explanation("async", "async is a word of Python's since 3.7; torch calls the argument non_blocking since 0.4.",
                r"SyntaxError", r"\basync\s*="),
    Explanation("data[0]", "A loss is a tensor of no dimension since 0.4 and has no element 0; write loss.item().",
                r"IndexError: invalid index of a 0-dim tensor"),
    Explanation("creator", "The function that made a tensor is called grad_fn since 0.2.",
                r"has no attribute '(?:creator|previous_functions)'"),
    Explanation("volatile", "volatile does nothing since 0.4; compute under `with torch.no_grad():`.",
                r"volatile was removed"),
    Explanation("retain_variables", "backward keeps the graph with retain_graph=True since 0.2.",
                r"unexpected keyword argument 'retain_variables'"),
    Explanation("grad_variables", "The weights of torch.autograd.backward are called grad_tensors.",
                r"`grad_variables` is deprecated"),
    Explanation("zero_grad", "zero_grad sets gradients to None since 2.0, and before any backward grad is None; write "
                "zero_grad(set_to_none=False), or look whether grad is None.",
                r"'NoneType' object has no attribute '(?:data|zero_|detach_?|numpy|item|clone|shape|size|norm|mul_)'"),
    Explanation("in-place leaf", "A leaf that requires a gradient cannot be changed in place; do it under "
                "`with torch.no_grad():`.", r"leaf Variable that requires grad is being used in an in-place operation"),
    Explanation("changed in place", "A value that backward needs was changed in place, which torch has told since 0.2 "
                "(and of optimiser steps since 1.5).", r"has been modified by an inplace operation"),
    Explanation("backward twice", "A graph is freed by its first backward; keep it with retain_graph=True.",
                r"Trying to backward through the graph a second time"),
    Explanation("legacy function", "forward and backward of a Function are static methods with a ctx since 1.3, and "
                "apply uses it.", r"Legacy autograd function with non-static forward"),
    Explanation("numpy", "A tensor that requires a gradient gives no array; write x.detach().numpy().",
                r"Can't call numpy\(\) on Tensor that requires grad"),
    Explanation("bool arithmetic", "Comparisons give bool since 1.2, which cannot be subtracted; write ~mask or ^.",
                r"Subtraction, the `-` operator, with (?:a|two) bool"),
    Explanation("byte mask", "Masks are bool since 1.2; write mask.bool().",
                r"only supports boolean masks|indexing with dtype torch\.uint8 is now deprecated"),
    Explanation("size_average", "size_average and reduce became reduction='mean', 'sum' or 'none' in 0.4.1.",
                r"size_average and reduce args will be deprecated"),
    Explanation("implicit dim", "softmax and its kin want dim= since 0.3.", r"Implicit dimension choice"),
    Explanation("underscore", "What works in place ends in an underscore since 0.4, as clip_grad_norm_ and "
                "init.xavier_uniform_ do.",
                r"is now deprecated in favor of `(?:torch\.)?nn\.(?:utils|init)\.\w+_`"
                r"|has no attribute '(?:clip_grad_norm|xavier_uniform|xavier_normal|kaiming_normal|constant)'"),
    Explanation("linear algebra", "It was taken out of torch; torch.linalg has it (eigh, eig, solve, matrix_rank).",
                r"deprecated since version 1\.9 and is now removed|has no attribute '(?:gesv|potr[fsi]|trtrs|btri\w+"
                r"|gels|pstrf|symeig)'"),
    Explanation("deprecated linear algebra", "torch.linalg has it now.", r"is deprecated in favor of torch\.linalg"),
    Explanation("fft", "torch.fft is a module since 1.8: torch.fft.fft, torch.fft.rfft.",
                r"'module' object is not callable|has no attribute '(?:rfft|irfft|ifft)'", r"fft"),
    Explanation("stft", "stft wants return_complex=True since 1.8.", r"stft requires the return_complex parameter"),
    Explanation("load", "torch.load reads nothing but weights since 2.6; pass weights_only=False to files you trust.",
                r"Weights only load failed"),
    Explanation("next", "An iterator of Python 3 has no next method; write next(iterator).",
                r"object has no attribute 'next'"),
    Explanation("six", "torch._six was taken out in 2.0; collections.abc has what it had.",
                r"No module named 'torch\._six'"),
    Explanation("legacy", "torch.legacy was taken out in 1.0, torch.utils.ffi became torch.utils.cpp_extension.",
                r"No module named 'torch\.(?:legacy|utils\.ffi)|module 'torch\.utils' has no attribute 'ffi'"),
    Explanation("reinforce", "reinforce was taken out in 0.4; torch.distributions and log_prob do it.",
                r"reinforce\(\) was removed"),
    Explanation("mean of integers", "mean wants a floating dtype; write x.float().mean().",
                r"mean\(\): could not infer output dtype"),
    Explanation("integer division", "Dividing integers gives floats since 1.6; write //, or div with rounding_mode.",
                r"result type Float can't be cast to the desired output type"),
    Explanation("integers with gradients", "Only floating tensors have gradients; write 1. for 1.",
                r"Only Tensors of floating point and complex dtype can require gradients"),
    Explanation("scalar outputs", "backward alone is for a result of one element; give it weights, or sum first.",
                r"grad can be implicitly created only for scalar outputs"),
    Explanation("no graph", "Nothing here asked for a gradient: requires_grad is off in all that went in.",
                r"does not require grad and does not have a grad_fn"),
    Explanation("verbose", "Schedulers take no verbose since 2.7; print scheduler.get_last_lr().",
                r"unexpected keyword argument 'verbose'"),
    Explanation("upsample", "upsample became interpolate in 0.4.1.", r"upsample` is deprecated"),
    Explanation("range", "torch.range, whose end counts, became torch.arange, whose end does not.",
                r"torch\.range is deprecated"),
    Explanation("sizes of targets", "A target has the size of what it is compared with.",
                r"Using a target size .* is deprecated"),
    Explanation("dtype of indices", "Targets that name classes are int64; write target.long().",
                r"expected (?:target dtype to be Long|scalar type Long)"),
    Explanation("NumPy's names", "NumPy 1.24 took out np.float, np.int, np.bool and np.object; Python's own do.",
                r"module 'numpy' has no attribute '(?:float|int|object|bool|complex|str)'"),
    Explanation("printed Variable", "A Variable is a tensor since 0.4, and prints as tensor(…).",
                shows=r"Variable containing:"),
    Explanation("printed type", "A tensor prints as tensor(…) since 0.4, without a line for its type and size.",
                shows=r"\[torch\.(?:cuda\.)?\w+Tensor (?:of size|with no dimension|with one)"),
    Explanation("printed grad_fn", "The name of a function ends in its number since 1.0, as in AddBackward0.",
                shows=r"<\w+Backward(?:>| object)|<th_|ThAddBackward|ThMulBackward"),
    Explanation("printed spacing", "Numbers are set closer since 0.4.1: no blank before the first.",
                shows=r"tensor\(\[+ +[\d.]"),
    Explanation("printed truth", "Comparisons give bool since 1.2, and print True and False.",
                shows=r"dtype=torch\.(?:uint8|ByteTensor)"),
    Explanation("printed size", "A gradient that was cleared is None since 2.0.", shows=r"^tensor\(\[?\[?0\.[0., ]*\]"),
)


def explain(code: str, met: str) -> str:
    """Why code that once ran meets this error or warning today, "" where that is not known."""
    return next((each.why for each in EXPLANATIONS if each.fits(code, met)), "")


def explain_text(shown: str, today: str) -> str:
    """Why text of old is printed otherwise today, "" where that is not known."""
    for each in EXPLANATIONS:
        if each.shows and re.search(each.shows, shown) and not re.search(each.shows, today):
            if each.name == "printed size" and today.strip() != "None":
                continue
            return each.why
    return ""


def remarks(code: str, warnings: Iterable[str]) -> list[str]:
    """What is to be said of warnings that tell of old ways, each once."""
    return list(dict.fromkeys(why for text in warnings if (why := explain(code, text))))
