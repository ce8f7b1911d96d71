"""The parts of the Streamlit demo (streamlit_app.py)."""
