"""What is so in all tests, and in the processes they start."""
import gc
import os
import sys
from collections.abc import Generator

import pytest

# One thread for each process, as the engine has: sums are then added in one order, a fork loses no thread, and no
# thread of torch's waits for its turn on cores that several test processes share.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))
# The processes that tests start, by the hundred, find what they import compiled, also where the environment's rule is
# another: compiling costs each of them more than most have to do.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


LONG = ("test_readme.py::test_commands",)
"""What takes half a minute in one piece begins first, and is not what all other processes wait for at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.endswith(LONG))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Tens of thousands of items stay to the end; looking for garbage among them takes half a second each time."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def checked_distributions() -> Generator[None, None, None]:
    """torch's compiler, once it is loaded, lets distributions take any argument, in the tests that follow too."""
    yield
    if distributions := sys.modules.get("torch.distributions"):
        distributions.Distribution.set_default_validate_args(__debug__)
