import numpy as np


class _Pattern:
    def __init__(self, resolution):
        self.resolution = resolution
        self.output = None

    def draw(self):
        self.output = self._values()
        return self.output.copy()

    def show(self):
        import matplotlib.pyplot as plt

        plt.imshow(self.output, cmap="gray")
        plt.show()


class Checker(_Pattern):
    def __init__(self, resolution, tile_size):
        super().__init__(resolution)
        self.tile_size = tile_size

    def _values(self):
        tiles = np.arange(self.resolution) // self.tile_size % 2
        return np.logical_xor.outer(tiles, tiles)


class Circle(_Pattern):
    def __init__(self, resolution, radius, position):
        super().__init__(resolution)
        self.radius = radius
        self.position = position

    def _values(self):
        def inside(row, column):
            return np.hypot(column - self.position[0], row - self.position[1]) <= self.radius

        return np.fromfunction(inside, (self.resolution, self.resolution)).astype(np.float32)


class Spectrum(_Pattern):
    def _values(self):
        rows, columns = np.mgrid[0 : 1 : self.resolution * 1j, 0 : 1 : self.resolution * 1j]
        return np.concatenate([channel[..., np.newaxis] for channel in (columns, rows, 1 - columns)], axis=2)
