class BaseLayer:
    trainable = False
