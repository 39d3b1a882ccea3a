import torch
from torch import nn


class ResNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 7, stride=4),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.MaxPool2d(3, 2),
            nn.Conv2d(8, 16, 3, stride=2),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        self.head = nn.Linear(16, 2)

    def forward(self, x):
        x = self.features(x)
        x = x.mean(dim=(2, 3))
        return torch.sigmoid(self.head(x))
