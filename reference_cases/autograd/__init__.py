"""The recorded graph and the pass that carries gradients back through it."""
