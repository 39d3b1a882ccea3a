class Base:
    """Base class of all layers"""

    trainable = False
    testing_phase = False
    weights = None
