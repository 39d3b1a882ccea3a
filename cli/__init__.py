"""The command line: the one place that knows both the server and the worker, and puts them together."""
