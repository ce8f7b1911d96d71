"""What `model=` means, and the files behind it."""
