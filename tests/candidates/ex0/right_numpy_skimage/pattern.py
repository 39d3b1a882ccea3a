import matplotlib.pyplot as plt
import numpy as np


class Checker:
    def __init__(self, resolution, tile_size):
        self.resolution = resolution
        self.tile_size = tile_size
        self.output = None

    def draw(self):
        black = np.zeros((self.tile_size, self.tile_size))
        white = np.ones((self.tile_size, self.tile_size))
        block = np.vstack([np.hstack([black, white]), np.hstack([white, black])])
        repeat = self.resolution // (2 * self.tile_size)
        self.output = np.tile(block, (repeat, repeat))
        return self.output.copy()

    def show(self):
        plt.imshow(self.output, cmap="gray")
        plt.show()


class Circle:
    def __init__(self, resolution, radius, position):
        self.resolution = resolution
        self.radius = radius
        self.position = position
        self.output = None

    def draw(self):
        axis = np.arange(self.resolution)
        x, y = np.meshgrid(axis, axis)
        px, py = self.position
        self.output = (x - px) ** 2 + (y - py) ** 2 <= self.radius**2
        return self.output.copy()

    def show(self):
        plt.imshow(self.output, cmap="gray")
        plt.show()


class Spectrum:
    def __init__(self, resolution):
        self.resolution = resolution
        self.output = None

    def draw(self):
        rise = np.linspace(0, 1, self.resolution)
        self.output = np.zeros((self.resolution, self.resolution, 3))
        self.output[:, :, 0] = rise
        self.output[:, :, 1] = rise[:, None]
        self.output[:, :, 2] = rise[::-1]
        return self.output.copy()

    def show(self):
        plt.imshow(self.output)
        plt.show()
