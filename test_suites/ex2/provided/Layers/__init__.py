__all__ = ["Base", "Conv", "Flatten", "FullyConnected", "Helpers", "Initializers", "Pooling", "ReLU", "SoftMax"]
