"""Functions that turn functions into their derivatives, and into functions of many examples."""
