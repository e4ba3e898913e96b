"""torch.distributions: drawing, densities, entropies, divergences, and what is refused."""
