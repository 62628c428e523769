"""Tests of the dashboard: an installation of its own, over HTTP."""
