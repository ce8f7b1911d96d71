"""Thin adapters to Jupyter, Streamlit, one HTML file; none imports another. Twin: js/src/hosts."""
