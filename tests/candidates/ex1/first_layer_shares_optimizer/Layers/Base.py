class BaseLayer(object):
    trainable = False
    weights = None
