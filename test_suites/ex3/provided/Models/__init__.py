import pathlib

__all__ = ["LeNet"]

# LeNet is optional: a star import must not fail where it was left out.
if not pathlib.Path(__file__).with_name("LeNet.py").is_file():
    __all__.remove("LeNet")
