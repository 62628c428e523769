"""Sending from the dashboard: a draft is written, looked at as those who are asked will see it, and
sent. Like a dialect, this only translates: the use cases are those of every API."""
