"""Random numbers: generators, seeds, and every way to draw."""
