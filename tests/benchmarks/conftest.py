"""The house of the server's tests, whose pages the benchmarks follow as well."""

from __future__ import annotations

from tests.server.conftest import house, stage

__all__ = ["house", "stage"]
