"""The pages that people see: server-rendered HTML that works without scripts, and is better with them."""
