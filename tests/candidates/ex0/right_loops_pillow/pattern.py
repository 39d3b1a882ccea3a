import numpy as np
import matplotlib.pyplot as plt


class Checker:
    def __init__(self, resolution, tile_size):
        self.resolution = resolution
        self.tile_size = tile_size
        self.output = np.zeros([resolution, resolution], int)

    def draw(self):
        for row in range(self.resolution):
            for column in range(self.resolution):
                self.output[row, column] = (row // self.tile_size + column // self.tile_size) % 2
        return self.output.copy()

    def show(self):
        plt.matshow(self.output)
        plt.show()


class Circle:
    def __init__(self, resolution, radius, position):
        self.resolution = resolution
        self.radius = radius
        self.position = position
        self.output = np.zeros([resolution, resolution], int)

    def draw(self):
        cx, cy = self.position
        limit = self.radius * self.radius
        for y in range(self.resolution):
            for x in range(self.resolution):
                if (x - cx) * (x - cx) + (y - cy) * (y - cy) <= limit:
                    self.output[y, x] = 1
        return self.output.copy()

    def show(self):
        plt.matshow(self.output)
        plt.show()


class Spectrum:
    def __init__(self, resolution):
        self.resolution = resolution
        self.output = np.zeros([resolution, resolution, 3])

    def draw(self):
        last = self.resolution - 1
        for y in range(self.resolution):
            for x in range(self.resolution):
                self.output[y, x] = [x / last, y / last, (last - x) / last]
        return self.output.copy()

    def show(self):
        plt.imshow(self.output)
        plt.show()
