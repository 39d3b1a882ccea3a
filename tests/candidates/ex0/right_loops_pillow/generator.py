import json
import os
import random

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image


class ImageGenerator:
    def __init__(self, file_path, label_path, batch_size, image_size, rotation=False, mirroring=False, shuffle=False):
        self.class_dict = {0: 'airplane', 1: 'automobile', 2: 'bird', 3: 'cat', 4: 'deer', 5: 'dog', 6: 'frog',
                           7: 'horse', 8: 'ship', 9: 'truck'}
        self.file_path = file_path
        self.batch_size = batch_size
        self.image_size = image_size
        self.rotation = rotation
        self.mirroring = mirroring
        self.shuffle = shuffle
        f = open(label_path, 'r')
        self.labels = json.load(f)
        f.close()
        self.files = os.listdir(file_path)
        self.files.sort()
        self.epoch = 0
        self.index = 0
        self.restart = False
        if self.shuffle:
            random.shuffle(self.files)

    def next(self):
        if self.restart:
            self.epoch = self.epoch + 1
            self.index = 0
            self.restart = False
            if self.shuffle:
                random.shuffle(self.files)
        images = []
        labels = []
        while len(images) < self.batch_size:
            if self.index == len(self.files):
                self.index = 0
                self.restart = True
            name = self.files[self.index]
            image = Image.fromarray(np.load(self.file_path + name))
            image = image.resize((self.image_size[1], self.image_size[0]), Image.BILINEAR)
            images.append(self.augment(np.array(image)))
            labels.append(int(self.labels[name[:-4]]))
            self.index += 1
        if self.index == len(self.files):
            self.restart = True
        return np.array(images), np.array(labels)

    def augment(self, img):
        if self.rotation:
            times = random.choice([0, 1, 2, 3])
            for _ in range(times):
                img = np.rot90(img)
        if self.mirroring:
            how = random.choice(['none', 'horizontal', 'vertical', 'both'])
            if how == 'horizontal' or how == 'both':
                img = img[:, ::-1, :]
            if how == 'vertical' or how == 'both':
                img = img[::-1, :, :]
        return img

    def current_epoch(self):
        return self.epoch

    def class_name(self, x):
        return self.class_dict[x]

    def show(self):
        images, labels = self.next()
        for i in range(len(images)):
            plt.figure()
            plt.imshow(images[i])
            plt.title(self.class_name(labels[i]))
        plt.show()
