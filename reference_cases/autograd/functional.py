"""Jacobians, Hessians and products with them, and gradcheck."""
from minitorch_compat.parity import chapter

case = chapter("autograd.functional")


@case(fact="B-076")
def jacobian(torch, see):
    """The Jacobian of a function of a vector, one row for each output."""
    see("jacobian", torch.autograd.functional.jacobian(lambda t: t * t.sum(), torch.tensor([1.0, 2.0])))


@case(fact="B-076")
def hessian(torch, see):
    """The Hessian of a scalar function."""
    see("hessian", torch.autograd.functional.hessian(lambda t: (t**3).sum(), torch.tensor([1.0, 2.0])))


@case(fact="B-076")
def products(torch, see):
    """vjp and jvp give the function's value and the Jacobian times a vector, from the left and from the right."""
    x = torch.tensor([1.0, 2.0])
    functional = torch.autograd.functional
    see("vjp", functional.vjp(lambda t: t * 2, x, torch.tensor([1.0, 0.5])))
    see("jvp", functional.jvp(lambda t: t**2, x, torch.ones(2)))
    see("vhp", functional.vhp(lambda t: (t**3).sum(), x, torch.ones(2)))
    see("hvp", functional.hvp(lambda t: (t**3).sum(), x, torch.ones(2)))


@case(fact="B-076")
def strict_products(torch, see):
    """With strict, an output that does not depend on the input is an error."""
    functional = torch.autograd.functional
    x = torch.tensor([1.0, 2.0])
    with see.refusal("jacobian"):
        functional.jacobian(lambda t: torch.ones(2), x, strict=True)
    with see.refusal("vjp"):
        functional.vjp(lambda t: torch.ones(2), x, torch.ones(2), strict=True)
    see("not strict", functional.jacobian(lambda t: torch.ones(2), x))


@case(fact="B-076")
def func_grad(torch, see):
    """torch.func.grad turns a scalar function into its gradient."""
    see("gradient", torch.func.grad(lambda t: (t**3).sum())(torch.tensor([1.0, 2.0])))


@case(fact="B-077")
def gradcheck(torch, see):
    """gradcheck and gradgradcheck hold derivatives against differences of doubles."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
    see("first order", torch.autograd.gradcheck(torch.sin, (x,)))
    see("second order", torch.autograd.gradgradcheck(torch.sin, (x,)))


@case(fact="B-077")
def gradcheck_complains(torch, see):
    """It refuses inputs of which none requires grad, and warns of single precision."""
    x = torch.tensor([1.0, 2.0], dtype=torch.float64)
    with see.refusal("nothing requires grad"):
        torch.autograd.gradcheck(torch.sin, (x,))
    single = torch.tensor([1.0], requires_grad=True)
    with see.warnings("single precision"):
        see("verdict", torch.autograd.gradcheck(torch.sin, (single,), raise_exception=False))
