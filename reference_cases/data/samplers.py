"""Samplers: which indices come, and which random numbers after them."""
from minitorch_compat.parity import chapter

case = chapter("data.samplers")


@case()
def shuffled(torch, see):
    """A RandomSampler draws a seed from the default generator for each pass."""
    torch.manual_seed(1)
    sampler = torch.utils.data.RandomSampler(range(10))
    see("first pass", list(sampler))
    see("second pass", list(sampler))
    see.stream()
    generator = torch.Generator().manual_seed(7)
    sampler = torch.utils.data.RandomSampler(range(10), generator=generator)
    see("by a generator", [list(sampler), list(sampler)])
    see.stream("generator", generator)


@case()
def with_replacement(torch, see):
    """Independent indices are drawn 32 at a time."""
    torch.manual_seed(2)
    for wanted in (None, 3, 32, 70):
        see(f"{wanted}", list(torch.utils.data.RandomSampler(range(9), True, wanted)))
    see("more than there are", list(torch.utils.data.RandomSampler(range(4), num_samples=10)))
    see.stream()


@case()
def of_a_subset_and_by_weights(torch, see):
    """SubsetRandomSampler shuffles given indices, WeightedRandomSampler draws by weights."""
    torch.manual_seed(3)
    see("subset", list(torch.utils.data.SubsetRandomSampler([5, 7, 9, 1])))
    weighted = torch.utils.data.WeightedRandomSampler([0.1, 0.9, 0.4], 8)
    see("weighted", list(weighted))
    see("weights", weighted.weights)
    see("without replacement", list(torch.utils.data.WeightedRandomSampler([0.1, 0.9, 0.4], 2, False)))
    see.stream()


@case()
def in_batches(torch, see):
    """A BatchSampler groups the indices of another, the last batch may be shorter or left out."""
    for drop in (False, True):
        sampler = torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler(range(7)), 3, drop)
        see(f"drop_last={drop}", [list(sampler), len(sampler)])


@case()
def for_several_processes(torch, see):
    """Each process sees its own part of the same order, which changes with the epoch."""
    for options in ({}, {"shuffle": False}, {"drop_last": True, "seed": 5}):
        seen = []
        for rank in range(3):
            sampler = torch.utils.data.DistributedSampler(range(10), num_replicas=3, rank=rank, **options)
            first = list(sampler)
            sampler.set_epoch(1)
            seen.append([first, list(sampler), len(sampler)])
        see(f"{options}", seen)
    with see.refusal("rank"):
        torch.utils.data.DistributedSampler(range(10), num_replicas=3, rank=3)
    with see.refusal("no group"):
        torch.utils.data.DistributedSampler(range(10))


@case()
def what_samplers_refuse(torch, see):
    """Counts are positive integers, switches are truth values."""
    data = torch.utils.data
    for words, attempt in (
        ("none", lambda: data.RandomSampler(range(0))), ("part", lambda: data.RandomSampler(range(3), num_samples=1.5)),
        ("switch", lambda: data.RandomSampler(range(3), replacement=1)),
        ("batch of 0", lambda: data.BatchSampler(range(3), 0, False)),
        ("batch of True", lambda: data.BatchSampler(range(3), True, False)),
        ("drop", lambda: data.BatchSampler(range(3), 1, 1)),
        ("weights", lambda: data.WeightedRandomSampler([[1.0]], 2)),
        ("too many", lambda: list(data.WeightedRandomSampler([1.0], 2, False))),
        ("own", lambda: iter(data.Sampler())),
    ):
        with see.refusal(words):
            attempt()
