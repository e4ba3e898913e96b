"""grad, vjp, jvp and the Jacobians, alone and inside each other."""
import warnings

from minitorch_compat.parity import chapter

case = chapter("func.derivatives")


def forward_mode(torch):
    """Once through: the first dual tensor of a process makes torch warn of its own use of something old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.func.jvp(lambda x: x, (torch.ones(1),), (torch.ones(1),))



def cubes(x):
    return (x**3).sum()


@case()
def grad_of_some_arguments(torch, see):
    """argnums says by which arguments; a tuple of them gives a tuple of gradients."""
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    see("second", torch.func.grad(lambda a, b: (a * b * b).sum(), argnums=1)(x, y))
    see("both", torch.func.grad(lambda a, b: (a * b * b).sum(), argnums=(0, 1))(x, y))
    with see.refusal("third"):
        torch.func.grad(lambda a, b: (a * b).sum(), argnums=2)(x, y)


@case()
def grad_of_a_scalar_alone(torch, see):
    """The function must return one tensor without dimensions."""
    x = torch.ones(2)
    with see.refusal("a vector"):
        torch.func.grad(lambda x: x * 2)(x)
    with see.refusal("a number"):
        torch.func.grad(lambda x: 3.0)(x)


@case()
def grad_beside_the_rest(torch, see):
    """has_aux hands out what the function returns beside its value; grad_and_value the value itself."""
    x = torch.tensor([1.0, 2.0])
    see("aux", torch.func.grad(lambda x: (cubes(x), x * 2), has_aux=True)(x))
    see("value", torch.func.grad_and_value(cubes)(x))
    with see.refusal("no aux"):
        torch.func.grad(cubes, has_aux=True)(x)


@case()
def grad_in_containers(torch, see):
    """Arguments may be containers of tensors; the gradient has the same structure."""
    given = {"a": torch.ones(2), "b": [torch.ones(2) * 3]}
    see("gradient", torch.func.grad(lambda d: (d["a"] * d["b"][0]).sum())(given))


@case()
def tensors_inside_a_transform(torch, see):
    """Inside, a tensor prints the transform's level around its value."""
    forward_mode(torch)
    found = {}

    def looked_at(x):
        found["text"] = repr(x)
        return cubes(x)

    torch.func.grad(looked_at)(torch.tensor([1.0, 2.0]))
    see("grad", found["text"])
    torch.func.jvp(looked_at, (torch.tensor([1.0, 2.0]),), (torch.ones(2),))
    see("jvp", found["text"])
    torch.func.hessian(looked_at)(torch.tensor([1.0, 2.0]))
    see("hessian", found["text"])


@case()
def no_backward_inside(torch, see):
    """backward and requires_grad_ are refused inside a transform."""
    with see.refusal("backward"):
        torch.func.grad(lambda x: cubes(x).backward())(torch.ones(2))
    with see.refusal("requires_grad_"):
        torch.func.grad(lambda x: cubes(x.requires_grad_()))(torch.ones(2))


@case()
def nested_gradients(torch, see):
    """grad of grad is the second derivative, with no confusion of the two."""
    x = torch.tensor(2.0)
    see("second", torch.func.grad(torch.func.grad(lambda x: x**4))(x))
    see("mixed", torch.func.grad(lambda x: x * torch.func.grad(lambda y: x * y)(torch.tensor(1.0)))(x))


@case()
def a_vector_times_the_jacobian(torch, see):
    """vjp returns the value and a function of cotangents, which must have the structure of the output."""
    x = torch.tensor([1.0, 2.0])
    value, back = torch.func.vjp(lambda x: (x * x, x.sum()), x)
    see("value", value)
    see("product", back((torch.ones(2), torch.tensor(2.0))))
    with see.refusal("another structure"):
        back(torch.ones(2))


@case()
def the_jacobian_times_a_vector(torch, see):
    """jvp takes and gives tuples; primals and tangents must have one structure."""
    forward_mode(torch)
    x = torch.tensor([1.0, 2.0])
    see("product", torch.func.jvp(lambda x: x**3, (x,), (torch.ones(2),)))
    with see.refusal("no tuple"):
        torch.func.jvp(torch.sin, x, x)
    with see.refusal("structures"):
        torch.func.jvp(torch.sin, (x,), (x, x))


@case()
def jvp_of_jvp(torch, see):
    """Forward mode inside forward mode gives second derivatives."""
    forward_mode(torch)
    x, one = torch.tensor([1.0, 2.0]), torch.ones(2)
    see("second", torch.func.jvp(lambda x: torch.func.jvp(lambda x: x**4, (x,), (one,))[1], (x,), (one,)))


@case()
def jacobians_both_ways(torch, see):
    """jacrev and jacfwd give the same Jacobian, by rows and by columns."""
    forward_mode(torch)
    x = torch.tensor([1.0, 2.0, 3.0])
    see("reverse", torch.func.jacrev(lambda x: x * x.sum())(x))
    see("forward", torch.func.jacfwd(lambda x: x * x.sum())(x))
    see("in chunks", torch.func.jacrev(lambda x: x * x.sum(), chunk_size=2)(x))


@case()
def jacobians_of_several(torch, see):
    """By several arguments, of several results: tuples of tuples."""
    forward_mode(torch)
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0])
    see("reverse", torch.func.jacrev(lambda a, b: (a * b, a.sum()), argnums=(0, 1))(x, y))
    see("forward", torch.func.jacfwd(lambda a, b: (a * b, a.sum()), argnums=(0, 1))(x, y))


@case()
def hessians(torch, see):
    """hessian, and every order of the two modes."""
    forward_mode(torch)
    x = torch.tensor([1.0, 2.0])
    func = torch.func
    see("hessian", func.hessian(cubes)(x))
    see("reverse of forward", func.jacrev(func.jacfwd(cubes))(x))
    see("forward of forward", func.jacfwd(func.jacfwd(cubes))(x))
    see("reverse of reverse", func.jacrev(func.jacrev(cubes))(x))


@case()
def a_gradient_leads_outside(torch, see):
    """The gradient of a tensor that requires grad outside has a history."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    gradient = torch.func.grad(cubes)(x)
    see("requires grad", gradient.requires_grad)
    gradient.sum().backward()
    see("second", x.grad)


@case()
def a_module_called_with_other_parameters(torch, see):
    """functional_call runs a module with the tensors given, and leaves its own alone."""
    layer = torch.nn.Linear(2, 1)
    given = {"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([0.5])}
    x = torch.tensor([[1.0, 1.0]])
    see("result", torch.func.functional_call(layer, given, (x,)))
    see("gradient", torch.func.grad(lambda p: torch.func.functional_call(layer, p, (x,)).sum())(given))
    see("its own weight", tuple(layer.weight.shape))


@case()
def jacobians_of_a_single_number(torch, see):
    """Of a tensor without dimensions by another, the Jacobian has none either."""
    forward_mode(torch)
    x = torch.tensor(2.0)
    see("reverse", torch.func.jacrev(lambda x: x**3)(x))
    see("forward", torch.func.jacfwd(lambda x: x**3)(x))
    see("hessian", torch.func.hessian(lambda x: x**3)(x))


@case()
def nothing_but_tensors_beside_the_value(torch, see):
    """What leaves a transform as aux are tensors, or containers of them."""
    forward_mode(torch)
    x = torch.ones(2)
    with see.refusal("grad"):
        torch.func.grad(lambda x: (x.sum(), 3), has_aux=True)(x)
    with see.refusal("vjp"):
        torch.func.vjp(lambda x: (x, None), x, has_aux=True)
    with see.refusal("jvp"):
        torch.func.jvp(lambda x: (x, "a"), (x,), (x,), has_aux=True)
    with see.refusal("jacrev"):
        torch.func.jacrev(lambda x: (x, 1.0), has_aux=True)(x)


@case()
def an_argument_is_not_written_to(torch, see):
    """Inside grad an argument is a leaf that requires grad: it is copied before it is changed."""
    x = torch.tensor([1.0, 2.0])
    with see.refusal("argument"):
        torch.func.grad(lambda x: x.mul_(2).sum())(x)
    with see.refusal("part"):
        torch.func.grad(lambda x: x[:1].mul_(2).sum())(x)
    see("a copy", torch.func.grad(lambda x: x.clone().mul_(2).sum())(x))
    see("untouched", x)


@case()
def a_way_back_that_is_not_kept(torch, see):
    """The function that vjp hands out may be told to free its graph, and is of no use then."""
    x = torch.tensor([1.0, 2.0])
    _, back = torch.func.vjp(lambda x: x**3, x)
    see("once", back(torch.ones(2)))
    see("twice", back(torch.ones(2), retain_graph=False))
    with see.refusal("a third time"):
        back(torch.ones(2))


@case()
def a_function_of_nothing(torch, see):
    """None is no output."""
    forward_mode(torch)
    x = torch.ones(2)
    with see.refusal("vjp"):
        torch.func.vjp(lambda x: None, x)
    with see.refusal("jvp"):
        torch.func.jvp(lambda x: None, (x,), (x,))
    with see.refusal("beside another"):
        torch.func.vjp(lambda x: (x, None), x)


@case()
def what_has_no_way_forward(torch, see):
    """Some operations are differentiated backward alone, some not at all; forward mode says which."""
    forward_mode(torch)
    x = torch.tensor([[2.0, 0.0], [0.0, 2.0]])
    for name, function in {
        "cdist": lambda x: torch.cdist(x, x), "heaviside": lambda x: torch.heaviside(x, x),
        "igamma": lambda x: torch.igamma(x, x), "floor_divide": lambda x: x // 2,
        "embedding_bag": lambda x: torch.nn.functional.embedding_bag(torch.tensor([[0, 1]]), x),
    }.items():
        with see.refusal(name):
            torch.func.jvp(function, (x,), (x,))
