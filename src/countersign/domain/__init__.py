"""The rules of signing: plain data and pure functions.

State and `now` go in; new state and events come out, or a `DomainError` is raised. Nothing here
does I/O, reads a clock or knows a framework, a database, a PDF library or a vendor.
"""
