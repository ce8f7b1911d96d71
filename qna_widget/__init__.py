"""Ask questions about a text; ranked answers with exact offsets come back."""
