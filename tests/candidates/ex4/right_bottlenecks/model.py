from collections import OrderedDict

from torch import nn


class BottleneckBlock(nn.Module):
    def __init__(self, *, channels, wider):
        super().__init__()
        self.path = nn.Sequential(OrderedDict(
            narrow=nn.Conv2d(channels, channels // 2, 1),
            norm=nn.BatchNorm2d(channels // 2),
            act=nn.LeakyReLU(0.1, inplace=True),
            conv=nn.Conv2d(channels // 2, channels // 2, 3, stride=2, padding=1, groups=channels // 4),
            wide=nn.Conv2d(channels // 2, wider, 1),
            norm2=nn.BatchNorm2d(wider),
        ))
        self.skip = nn.Sequential(nn.AvgPool2d(2, ceil_mode=True), nn.Conv2d(channels, wider, 1))

    def forward(self, x):
        return nn.functional.leaky_relu(self.path(x) + self.skip(x), 0.1)


class ResNet(nn.Sequential):
    def __init__(self):
        super().__init__(
            nn.Conv2d(3, 8, 8, stride=8),
            BottleneckBlock(channels=8, wider=16),
            BottleneckBlock(channels=16, wider=24),
            nn.AdaptiveMaxPool2d(1),
            nn.Flatten(1),
            nn.Dropout(0.1),
            nn.Linear(24, 2),
            nn.Sigmoid(),
        )
