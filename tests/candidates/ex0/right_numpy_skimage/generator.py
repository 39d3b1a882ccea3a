import json
import os

import matplotlib.pyplot as plt
import numpy as np
from skimage.transform import resize


class ImageGenerator:
    def __init__(self, file_path, label_path, batch_size, image_size, rotation=False, mirroring=False, shuffle=False):
        self.class_dict = {0: "airplane", 1: "automobile", 2: "bird", 3: "cat", 4: "deer", 5: "dog", 6: "frog",
                           7: "horse", 8: "ship", 9: "truck"}
        self.file_path = file_path
        self.batch_size = batch_size
        self.image_size = image_size
        self.rotation = rotation
        self.mirroring = mirroring
        self.shuffle = shuffle
        with open(label_path) as file:
            self.labels = json.load(file)
        self.names = sorted(self.labels, key=int)
        self.epoch = 0
        self.position = 0
        if self.shuffle:
            np.random.shuffle(self.names)

    def next(self):
        if self.position >= len(self.names):
            self.epoch += 1
            self.position = 0
            if self.shuffle:
                np.random.shuffle(self.names)
        indices = np.arange(self.position, self.position + self.batch_size) % len(self.names)
        self.position += self.batch_size
        names = [self.names[i] for i in indices]
        images = np.array([self.load(name) for name in names])
        labels = np.array([self.labels[name] for name in names], dtype=int)
        return images, labels

    def load(self, name):
        image = np.load(os.path.join(self.file_path, name + ".npy"))
        image = resize(image, self.image_size)
        return self.augment(image)

    def augment(self, img):
        if self.mirroring:
            if np.random.random() < 0.5:
                img = np.fliplr(img)
            if np.random.random() < 0.5:
                img = np.flipud(img)
        if self.rotation:
            img = np.rot90(img, np.random.randint(4))
        return img

    def current_epoch(self):
        return self.epoch

    def class_name(self, x):
        return self.class_dict[x]

    def show(self):
        images, labels = self.next()
        columns = 4
        rows = -(-len(images) // columns)
        for i, (image, label) in enumerate(zip(images, labels)):
            plt.subplot(rows, columns, i + 1)
            plt.imshow(image)
            plt.title(self.class_name(label))
            plt.axis("off")
        plt.show()
