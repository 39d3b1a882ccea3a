import json
from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np

CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


class ImageGenerator:
    def __init__(self, file_path, label_path, batch_size, image_size, rotation=False, mirroring=False, shuffle=False):
        self.batch_size = batch_size
        self.rotation, self.mirroring, self.shuffle = rotation, mirroring, shuffle
        height, width, _ = image_size
        table = json.loads(Path(label_path).read_text())
        files = sorted(Path(file_path).glob("*.npy"))
        self.images = [cv2.resize(np.load(file), (width, height)) for file in files]
        self.labels = [table[file.stem] for file in files]
        self.count = len(files)
        self.calls = 0
        self.calls_per_epoch = -(-self.count // batch_size)
        self.order = self.new_order()

    def new_order(self):
        return np.random.permutation(self.count) if self.shuffle else np.arange(self.count)

    def next(self):
        step = self.calls % self.calls_per_epoch
        if self.calls > 0 and step == 0:
            self.order = self.new_order()
        self.calls += 1
        first = step * self.batch_size
        chosen = self.order.take(range(first, first + self.batch_size), mode="wrap")
        return np.stack([self.augment(self.images[i]) for i in chosen]), [self.labels[i] for i in chosen]

    def augment(self, img):
        if self.rotation and np.random.rand() > 0.25:
            codes = [cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180, cv2.ROTATE_90_COUNTERCLOCKWISE]
            img = cv2.rotate(img, codes[np.random.randint(3)])
        if self.mirroring:
            code = np.random.choice([-1, 0, 1, 2])
            img = img if code == 2 else cv2.flip(img, int(code))
        return img

    def current_epoch(self):
        return max(0, self.calls - 1) // self.calls_per_epoch

    def class_name(self, x):
        return CLASSES[x]

    def show(self):
        images, labels = self.next()
        figure, axes = plt.subplots(1, len(images))
        for axis, image, label in zip(axes, images, labels):
            axis.imshow(image)
            axis.set_title(self.class_name(label))
        plt.show()
