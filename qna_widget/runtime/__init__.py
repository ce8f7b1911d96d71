"""What runs the model, and the bars that show how far work is. Twin: js/src/runtime."""
