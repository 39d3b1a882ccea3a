import numpy as np
from matplotlib import pyplot as plt


class Checker:
    def __init__(self, resolution: int, tile_size: int):
        if resolution % (2 * tile_size) != 0:
            raise ValueError("resolution must be divisible by 2 * tile_size")
        self.resolution = resolution
        self.tile_size = tile_size
        self.output = np.empty(0)

    def draw(self):
        n = self.resolution // self.tile_size
        small = np.zeros((n, n), dtype=np.uint8)
        small[::2, 1::2] = 1
        small[1::2, ::2] = 1
        self.output = np.kron(small, np.ones((self.tile_size, self.tile_size), dtype=np.uint8))
        return np.copy(self.output)

    def show(self):
        plt.imshow(self.output, cmap=plt.cm.gray, interpolation="none")
        plt.show()


class Circle:
    def __init__(self, resolution: int, radius: int, position: tuple):
        self.resolution = resolution
        self.radius = radius
        self.position = position
        self.output = np.empty(0)

    def draw(self):
        rows, columns = np.ogrid[: self.resolution, : self.resolution]
        distance = np.sqrt((columns - self.position[0]) ** 2 + (rows - self.position[1]) ** 2)
        self.output = np.zeros((self.resolution, self.resolution))
        self.output[distance < self.radius] = 1
        return np.copy(self.output)

    def show(self):
        plt.imshow(self.output, cmap=plt.cm.gray)
        plt.show()


class Spectrum:
    def __init__(self, resolution: int):
        self.resolution = resolution
        self.output = np.empty(0)

    def draw(self):
        line = np.linspace(0.0, 1.0, self.resolution)
        red, green = np.meshgrid(line, line)
        self.output = np.dstack((red, green, np.fliplr(red)))
        return np.copy(self.output)

    def show(self):
        plt.imshow(self.output)
        plt.show()
