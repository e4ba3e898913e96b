"""Arguments that no signature takes are refused in the words of torch's parser, however far a call would have come."""
import pytest

import minitorch_compat as torch


@pytest.mark.parametrize(("code", "said"), [
    ("torch.flatten(1j)", "flatten(): argument 'input' (position 1) must be Tensor, not complex"),
    ("torch.ones(2).round(decimals='sum')", "round(): argument 'decimals' must be int, not str"),
    ("torch.roll(torch.ones(2), None)", "roll(): argument 'shifts' (position 2) must be tuple of ints, not NoneType"),
    ("torch.linalg.norm(3)", "linalg_norm(): argument 'input' (position 1) must be Tensor, not int"),
])
def test_misused(code: str, said: str) -> None:
    with pytest.raises(TypeError) as told:
        eval(code, {"torch": torch})
    assert str(told.value).startswith(said)
