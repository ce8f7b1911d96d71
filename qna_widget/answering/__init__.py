"""Questions answered in Python, without a browser."""
