"""How long things take beside torch: `python -m tests.benchmarks` from the root of a clone."""
