"""The history of the schema; ``core.database.migrate`` walks it."""
