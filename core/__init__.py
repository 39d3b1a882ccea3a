"""What server and worker both mean: settings, suites, intake, the life of a submission, points."""
