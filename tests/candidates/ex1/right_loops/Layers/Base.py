class Tool():
    def __init__(self):
        self.trainable = False
