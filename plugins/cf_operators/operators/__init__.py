"""Operators: one step of a DAG each, in three moves: read, decide, write.

May import the domain, stats and hooks. The moves are made by hooks and the decision by the domain; what is left here
is their order, and a summary for XCom that holds counts and ids but never people. No SQL text, no HTML.
"""
