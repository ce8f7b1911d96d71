"""The app that `qna-widget demo` and streamlit_app.py serve."""
