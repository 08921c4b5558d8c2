"""Web: the public survey form.

May import the domain and hooks. Shows and takes in; what an answer means is decided elsewhere.
"""
