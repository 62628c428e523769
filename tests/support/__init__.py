"""What tests stand on: real servers, real tools, and a network that ends at loopback.

Each module here is a pytest plugin listed in `tests/conftest.py`. A fixture starts the real part
(PostgreSQL, an SMTP server, an S3 endpoint, a browser, Countersign itself), hands out how to reach
it, and stops what it started by its own process handle.
"""
