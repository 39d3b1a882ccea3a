class BaseLayer:
    def __init__(self):
        self.trainable = False
