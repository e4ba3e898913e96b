"""How often versions count what optimisers and cells write. Expected numbers were observed from torch 2.13."""
import pytest

import minitorch_compat as torch


@pytest.mark.parametrize(("options", "expected"), [
    ({"lr": 0.1}, 1), ({"lr": 0.1, "fused": True}, 0), ({"lr": 0.1, "momentum": 0.9}, 1),
    ({"lr": 0.1, "momentum": 0.9, "fused": True}, 0),
])
def test_fused_steps_count_no_writes(options, expected):
    x = torch.nn.Parameter(torch.ones(3))
    rule = torch.optim.SGD([x], **options)
    for step in range(1, 3):
        rule.zero_grad()
        (x * x).sum().backward()
        rule.step()
        assert x._version == expected * step
    if "momentum" in options:
        assert rule.state[x]["momentum_buffer"]._version == 2 * expected


@pytest.mark.parametrize(("options", "expected"), [
    ({}, 4), ({"foreach": True}, 8), ({"foreach": True, "maximize": True}, 12), ({"maximize": True}, 4),
])
def test_rprop_keeps_the_gradient_in_as_many_writes_as_torch(options, expected):
    x = torch.nn.Parameter(torch.ones(3))
    rule = torch.optim.Rprop([x], **options)
    for _ in range(4):
        rule.zero_grad()
        (x * x).sum().backward()
        rule.step()
    assert rule.state[x]["prev"]._version == expected


def test_cells_write_into_their_new_states():
    x, h = torch.ones(2, 3), torch.ones(2, 4)
    one, other = torch.nn.LSTMCell(3, 4)(x, (h, h))
    assert (one._version, other._version) == (0, 1)
    assert torch.nn.GRUCell(3, 4)(x, h)._version == 2
