"""The Jupyter widget. Twin: js/src/hosts/widget."""
