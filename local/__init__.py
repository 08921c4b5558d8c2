"""The local stack: everything `make up` and `make demo` start, from bundled binaries, inside the checkout.

Nothing in the package `cf_operators` knows this package. Whoever runs a PostgreSQL, a mail server and an Airflow
of their own needs none of it.
"""
