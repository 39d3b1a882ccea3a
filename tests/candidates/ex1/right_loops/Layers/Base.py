class BaseLayers:
    """Gemeinsame Basisklasse"""

    def __init__(self):
        self.trainable = False
