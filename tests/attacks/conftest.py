"""An installation of its own, as the tests of the command line have it."""

from tests.cli.conftest import installation

__all__ = ["installation"]
