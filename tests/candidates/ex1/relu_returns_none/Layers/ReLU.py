from .Base import BaseLayer


class ReLU(BaseLayer):
    def forward(self, input_tensor):
        self.mask = input_tensor > 0
        self.output = input_tensor * self.mask

    def backward(self, error_tensor):
        return error_tensor * self.mask
