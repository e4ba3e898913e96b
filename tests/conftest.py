"""What is so in all tests: the garbage collector does not look through the tests themselves."""
import gc


def pytest_collection_finish() -> None:
    """Tens of thousands of items stay to the end; looking for garbage among them takes half a second each time."""
    gc.collect()
    gc.freeze()
