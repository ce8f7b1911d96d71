"""Checks of the training code that need PyTorch."""
