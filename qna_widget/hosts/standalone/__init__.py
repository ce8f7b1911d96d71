"""Pages that answer by themselves, without Python: one file, or a folder for any web server."""
