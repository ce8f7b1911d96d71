"""A float graph with 8-bit weights and products, exact to the last bit."""
