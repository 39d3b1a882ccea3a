class Base:
    def __init__(self, trainable=False):
        self.trainable = trainable
        self.weights = None


BaseLayer = Base
