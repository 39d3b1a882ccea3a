from functools import partial

import numpy as np
import pylab


class Figure:
    def __init__(self, resolution, make):
        self.resolution = resolution
        self.make = make

    def draw(self):
        self.output = self.make(self.resolution)
        return np.array(self.output)

    def show(self):
        pylab.imshow(self.output)
        pylab.show()


class Checker(Figure):
    def __init__(self, resolution, tile_size):
        super().__init__(resolution, partial(self.board, tile_size))

    @staticmethod
    def board(tile, resolution):
        row = np.repeat([0.0, 1.0] * (resolution // tile // 2), tile)
        return np.abs(row[:, None] - row)


class Circle(Figure):
    def __init__(self, resolution, radius, position):
        super().__init__(resolution, partial(self.disc, radius, position))

    @staticmethod
    def disc(radius, position, resolution):
        grid = np.moveaxis(np.indices((resolution, resolution)), 0, -1)[..., ::-1]
        return np.linalg.norm(grid - np.array(position), axis=-1) <= radius


class Spectrum(Figure):
    def __init__(self, resolution):
        super().__init__(resolution, self.colours)

    @staticmethod
    def colours(resolution):
        up = np.arange(resolution) / (resolution - 1)
        return np.stack(np.broadcast_arrays(up, up[:, None], up[::-1]), axis=2)
