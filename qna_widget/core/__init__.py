"""The stages from text to answer, pure: no file, clock or network. Twin: js/src/core."""
