"""Random programs, run on torch and on an engine: what they are made of, and in what the two part."""
