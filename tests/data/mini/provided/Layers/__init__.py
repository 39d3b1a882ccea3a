__all__ = ["Base", "Double"]
