"""Every module of torch's own database beside torch: text, first weights, state, stream, forward, gradients, errors."""

from __future__ import annotations

import gc
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from module_database import modules, of_module  # noqa: E402

pytestmark = pytest.mark.usefixtures("warnings_each_time")

NAMES = """
    nn.AdaptiveAvgPool1d nn.AdaptiveAvgPool2d nn.AdaptiveAvgPool3d nn.AdaptiveMaxPool1d nn.AdaptiveMaxPool2d
    nn.AdaptiveMaxPool3d nn.AvgPool1d nn.AvgPool2d nn.AvgPool3d nn.BatchNorm1d nn.BatchNorm2d nn.BatchNorm3d nn.CELU
    nn.Conv1d nn.Conv2d nn.Conv3d nn.ConvTranspose1d nn.ConvTranspose2d nn.ConvTranspose3d nn.CosineEmbeddingLoss
    nn.ELU nn.FractionalMaxPool2d nn.FractionalMaxPool3d nn.L1Loss nn.SmoothL1Loss nn.LazyConv1d nn.LazyConv2d
    nn.LazyConv3d nn.LazyConvTranspose1d nn.LazyConvTranspose2d nn.LazyConvTranspose3d nn.Linear nn.Bilinear
    nn.LPPool1d nn.LPPool2d nn.LPPool3d nn.MaxPool1d nn.MaxPool2d nn.MaxPool3d nn.KLDivLoss nn.MSELoss
    nn.MarginRankingLoss nn.MultiLabelMarginLoss nn.MultiMarginLoss nn.SoftMarginLoss nn.MultiLabelSoftMarginLoss
    nn.NLLLoss nn.GaussianNLLLoss nn.PoissonNLLLoss nn.HingeEmbeddingLoss nn.HuberLoss nn.BCELoss
    nn.BCEWithLogitsLoss nn.CrossEntropyLoss nn.LinearCrossEntropyLoss nn.CTCLoss nn.GELU nn.GLU nn.GroupNorm
    nn.Hardshrink nn.Hardswish nn.Hardtanh nn.InstanceNorm1d nn.InstanceNorm2d nn.InstanceNorm3d
    nn.LocalResponseNorm nn.LayerNorm nn.RMSNorm nn.TransformerEncoder nn.TransformerEncoderLayer
    nn.TransformerDecoderLayer nn.Transformer nn.MultiheadAttention nn.Embedding nn.ReLU nn.LeakyReLU nn.ReLU6
    nn.PReLU nn.RNNCell nn.GRUCell nn.LSTMCell nn.Sigmoid nn.LogSigmoid nn.SiLU nn.Softmax nn.Softmax2d
    nn.LogSoftmax nn.Softmin nn.Softplus nn.Softshrink nn.Softsign nn.Tanh nn.Tanhshrink nn.Threshold nn.Mish nn.RNN
    nn.GRU nn.LSTM nn.ReflectionPad1d nn.ReflectionPad2d nn.ReflectionPad3d nn.ReplicationPad1d nn.ReplicationPad2d
    nn.ReplicationPad3d nn.SELU nn.ZeroPad1d nn.ZeroPad2d nn.ZeroPad3d nn.CircularPad1d nn.CircularPad2d
    nn.CircularPad3d nn.ConstantPad1d nn.ConstantPad2d nn.ConstantPad3d
""".split()  # noqa: SIM905
"""The modules of the database; importing it takes seconds, which not every process of a test run needs to spend."""

@pytest.fixture(scope="module")
def database() -> dict[str, Any]:
    made = {info.name: info for info in modules()}
    # As after collection: the engine looks for the steps behind a parameter among all there is but this.
    gc.collect()
    gc.freeze()
    return made


def test_every_module_is_named(database: dict[str, Any]) -> None:
    assert sorted(database) == sorted(NAMES)


# float64 while training and float32 while evaluating show every module in both; the other half is the script's.
@pytest.mark.parametrize(("dtype", "training"), [("float64", True), ("float32", False)])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore")
def test_a_module_shows_what_torchs_does(name: str, dtype: str, training: bool, database: Any) -> None:
    count, found, missing = of_module(database[name], getattr(torch, dtype), training)
    assert not missing
    assert not found
    assert count
