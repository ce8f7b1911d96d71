"""The Streamlit component. Twin: js/src/hosts/streamlit."""
