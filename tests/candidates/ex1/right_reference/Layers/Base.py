"""What all layers share."""


class BaseLayer:
    """A function of its input, which can also run backwards."""

    def __init__(self):
        self.trainable = False
