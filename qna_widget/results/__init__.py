"""What a user takes home: scores, history, tables, pictures."""
