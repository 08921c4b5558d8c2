"""Web: the public survey form and the pages in the Airflow UI.

May import the domain and hooks. Shows and takes in; what an answer means is decided elsewhere.
"""
