"""Loaders: batches, streams, random numbers, and what is refused; cases run in processes that may have no children."""
from minitorch_compat.parity import chapter

case = chapter("data.loaders")


def stream(data, count, told=None):
    class Stream(data.IterableDataset):  # type: ignore[name-defined]
        def __iter__(self):
            worker = data.get_worker_info()
            return iter(range(count) if worker is None else range(worker.id, count, worker.num_workers))

        def __str__(self):
            return "a stream"

        __repr__ = __str__

    if told is not None:
        Stream.__len__ = lambda self: told
    return Stream()


@case()
def batches(torch, see):
    """Batches in turn, the last one shorter or left out, or samples without batches."""
    rows = torch.utils.data.TensorDataset(torch.arange(10.0).reshape(5, 2), torch.arange(5))
    Loader = torch.utils.data.DataLoader
    see("two at a time", list(Loader(rows, 2)))
    see("the last left out", list(Loader(rows, 2, drop_last=True)))
    see("without batches", list(Loader(rows, None))[:2])
    see("by a sampler", list(Loader(rows, 2, sampler=[4, 1, 0])))
    see("by batches given", list(Loader(rows, batch_sampler=[[0, 1], [4]])))
    see("own collation", list(Loader(range(4), 3, collate_fn=sum)))
    see("lengths", [len(Loader(rows, 2)), len(Loader(rows, 2, drop_last=True)), len(Loader(rows, None))])


@case()
def shuffling(torch, see):
    """Shuffling draws a seed for each pass, and another for workers even where there are none."""
    torch.manual_seed(0)
    loader = torch.utils.data.DataLoader(range(8), 3, shuffle=True)
    see("first pass", list(loader))
    see("second pass", list(loader))
    see.stream()
    generator = torch.Generator().manual_seed(4)
    loader = torch.utils.data.DataLoader(range(8), 3, shuffle=True, generator=generator)
    see("by a generator", list(loader))
    see.stream("generator", generator)
    list(torch.utils.data.DataLoader(range(2)))
    see.stream("after a pass in turn")


@case()
def streams(torch, see):
    """A stream is cut into batches as it comes; a length that it tells wrongly is warned of."""
    data = torch.utils.data
    see("two at a time", list(data.DataLoader(stream(data, 5), 2)))
    see("the last left out", list(data.DataLoader(stream(data, 5), 2, drop_last=True)))
    loader = data.DataLoader(stream(data, 5, told=3))
    see("told", len(loader))
    with see.warnings("more than told"):
        see("came", len(list(loader)))
    with see.refusal("no length"):
        len(data.DataLoader(stream(data, 5)))


@case()
def pinned_memory(torch, see):
    """Without an accelerator pin_memory warns and does nothing."""
    with see.warnings("pinned"):
        see("batches", list(torch.utils.data.DataLoader(range(3), 2, pin_memory=True)))


@case()
def what_loaders_refuse(torch, see):
    """Arguments that exclude each other."""
    data = torch.utils.data
    rows = range(3)
    for words, attempt in (
        ("workers", lambda: data.DataLoader(rows, num_workers=-1)),
        ("timeout", lambda: data.DataLoader(rows, timeout=-1)),
        ("prefetch", lambda: data.DataLoader(rows, prefetch_factor=2)),
        ("persistent", lambda: data.DataLoader(rows, persistent_workers=True)),
        ("stream shuffled", lambda: data.DataLoader(stream(data, 3), shuffle=True)),
        ("stream by a sampler", lambda: data.DataLoader(stream(data, 3), sampler=[1])),
        ("sampler and shuffle", lambda: data.DataLoader(rows, sampler=[1], shuffle=True)),
        ("batches twice", lambda: data.DataLoader(rows, 2, batch_sampler=[[1]])),
        ("drop of none", lambda: data.DataLoader(rows, None, drop_last=True)),
        ("size 0", lambda: data.DataLoader(rows, 0)), ("none to shuffle", lambda: data.DataLoader([], shuffle=True)),
        ("context alone", lambda: data.DataLoader(rows, multiprocessing_context="fork")),
        ("context", lambda: data.DataLoader(rows, num_workers=1, multiprocessing_context="other")),
        ("attribute", lambda: setattr(data.DataLoader(rows), "batch_size", 2)),
    ):
        with see.refusal(words):
            attempt()
