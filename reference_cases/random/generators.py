"""Generators: seeds, states, and copies of them."""
from minitorch_compat.parity import chapter

case = chapter("random.generators")


@case()
def a_seed_starts_the_same_numbers(torch, see):
    """manual_seed returns the generator, and the same seed gives the same numbers."""
    first = torch.manual_seed(3)
    see("the default one", first is torch.default_generator)
    see("once", torch.rand(3))
    torch.manual_seed(3)
    see("again", torch.rand(3))
    see("initial_seed", torch.initial_seed())


@case()
def seeds_below_zero(torch, see):
    """A negative seed is stored as its 64-bit pattern."""
    see("-1", torch.manual_seed(-1).initial_seed())
    see("drawn", torch.rand(2))
    see.stream()


@case()
def seeds_out_of_range(torch, see):
    """Seeds must fit in 64 bits."""
    for seed in (2**64, -(2**63) - 1):
        with see.refusal(f"{seed}"):
            torch.manual_seed(seed)


@case()
def seeds_that_are_no_integers(torch, see):
    """torch.manual_seed takes what int takes; a generator takes integers alone."""
    see("3.7", torch.manual_seed(3.7).initial_seed())
    see("True", torch.manual_seed(True).initial_seed())
    with see.refusal("a generator, 3.7"):
        torch.Generator().manual_seed(3.7)
    with see.refusal("text"):
        torch.manual_seed("a")


@case()
def a_new_generator(torch, see):
    """A generator starts with a seed of its own, apart from the default one."""
    generator = torch.Generator()
    see("initial_seed", generator.initial_seed())
    see("device", str(generator.device))
    torch.manual_seed(0)
    see("its own", torch.rand(2, generator=generator))
    see.stream()
    see.stream("of the generator", generator)


@case()
def a_state_taken_and_put_back(torch, see):
    """get_state copies the state as bytes, set_state continues from it."""
    generator = torch.Generator().manual_seed(5)
    torch.randn(3, generator=generator)
    state = generator.get_state()
    see("size", state.shape)
    see("dtype", state.dtype)
    first = torch.randn(5, generator=generator)
    generator.set_state(state)
    see("the same", torch.equal(first, torch.randn(5, generator=generator)))
    see.stream("generator", generator)


@case()
def bytes_that_are_no_state(torch, see):
    """States of another size or dtype are refused."""
    generator = torch.Generator()
    with see.refusal("size"):
        generator.set_state(torch.zeros(3, dtype=torch.uint8))
    with see.refusal("dtype"):
        generator.set_state(torch.zeros(5056))
    with see.refusal("a number"):
        generator.set_state(3)


@case()
def a_clone_goes_its_own_way(torch, see):
    """clone_state copies a generator with its state."""
    generator = torch.Generator().manual_seed(2)
    torch.rand(7, generator=generator)
    clone = generator.clone_state()
    see("clone", torch.rand(3, generator=clone))
    see("generator", torch.rand(3, generator=generator))


@case()
def what_a_cpu_generator_has_not(torch, see):
    """Offsets and graph-safe states belong to GPUs."""
    generator = torch.Generator()
    for name in ("get_offset", "graphsafe_get_state"):
        with see.refusal(name):
            getattr(generator, name)()
    with see.refusal("set_offset"):
        generator.set_offset(1)


@case()
def methods_refuse_arguments(torch, see):
    """Methods without parameters say so."""
    for name in ("seed", "initial_seed", "get_state", "clone_state"):
        with see.refusal(name):
            getattr(torch.Generator(), name)(3)
    with see.refusal("set_state"):
        torch.Generator().set_state()


@case()
def a_fork_leaves_no_trace(torch, see):
    """What is drawn inside fork_rng does not move the stream outside."""
    torch.manual_seed(1)
    with torch.random.fork_rng():
        see("inside", torch.rand(2))
    see("outside", torch.rand(2))
    see.stream()


@case()
def the_spare_normal_is_part_of_the_state(torch, see):
    """Few normals come in pairs; the second waits in the generator, and in its state."""
    torch.manual_seed(4)
    see("one", torch.randn(1))
    see.stream("with a spare")
    see("uniform between", torch.rand(1))
    see("the spare", torch.randn(1))
    see.stream("without")
