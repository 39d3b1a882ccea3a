"""What every test may use: real servers, and the rule that a skip in CI is a failure."""

pytest_plugins = ["tests.no_skips_in_ci", "tests.real_parts", "tests.core.state_fixtures"]
