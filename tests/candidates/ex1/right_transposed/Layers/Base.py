class BaseLayer(object):
    def __init__(self):
        self.trainable = False
        self.weights = None
