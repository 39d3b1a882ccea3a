from .Base import BaseLayer


class ReLU(BaseLayer):
    def forward(self, input_tensor):
        self.mask = input_tensor > 0
        return input_tensor * self.mask

    def backward(self, error_tensor):
        return error_tensor * self.mask
