"""The stages from text to answer, pure; contract and manifest read JSON. Twin: js/src/core."""
