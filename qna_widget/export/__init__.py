"""From somebody's checkpoint to the files that browser and kernel load."""
