"""Checkpoints as float graphs, one file per kind of model."""
