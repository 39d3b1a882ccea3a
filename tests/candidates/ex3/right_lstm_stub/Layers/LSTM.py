class LSTM:
    pass
