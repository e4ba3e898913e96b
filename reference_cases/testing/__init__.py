"""``torch.testing``: assertions, and tensors for tests."""
