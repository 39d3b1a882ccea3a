from Layers.RNN import RNN
from reference import recurrent


class LSTM(RNN):
    kind = recurrent.LSTM
