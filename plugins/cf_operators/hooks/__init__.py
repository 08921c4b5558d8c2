"""Hooks: everything that touches the outside world. Connections, SQL execution, files, mail.

May import the domain. Decides nothing: neither which customer is asked nor what a missed target means.
"""
