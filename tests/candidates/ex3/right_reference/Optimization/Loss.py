from reference.loss import CrossEntropyLoss  # noqa: F401 - its interface is the exercises'
