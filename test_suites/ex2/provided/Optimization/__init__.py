__all__ = ["Loss", "Optimizers"]
