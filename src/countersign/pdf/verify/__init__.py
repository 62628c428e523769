"""Checking signed PDFs: `own` for the files we write, `anybody` for all others.

Shares no code with the writer (a test holds it to that): what one of them misunderstands, the other
refuses.
"""
