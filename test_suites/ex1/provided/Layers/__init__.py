__all__ = ["Base", "FullyConnected", "Helpers", "ReLU", "SoftMax"]
