"""Training of the bundled extractive question answering model."""
