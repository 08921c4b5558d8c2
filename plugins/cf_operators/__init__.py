"""Customer Focus for Apache Airflow: operators that ask customers, measure what they say, and act on it.

The layers, from the inside out; each may import those before it and never those after it:

``domain``     models and rules; time is passed in
``stats``      formulas with their sources
``hooks``      connections, SQL execution, files, mail
``operators``  read, decide, write
``web``        the public survey form and the pages in the Airflow UI

This module imports nothing, so that a DAG file pays only for what it uses.
"""
