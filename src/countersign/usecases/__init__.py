"""The listing is the feature list: one verb a file.

A use case takes a command and the ports, lets the domain decide, and commits state, evidence and
follow-up jobs in one transaction.
"""
