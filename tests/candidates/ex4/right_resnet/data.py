"""Cells as tensors."""
import numpy as np
import torch
import torchvision as tv
from skimage.color import gray2rgb
from skimage.io import imread
from torch.utils.data import Dataset

MEAN = [0.59685254] * 3
STD = [0.16043035] * 3


class ChallengeDataset(Dataset):
    def __init__(self, data, mode):
        self.data = data
        self.mode = mode
        flips = [tv.transforms.RandomHorizontalFlip(), tv.transforms.RandomVerticalFlip()] if mode == "train" else []
        self._transform = tv.transforms.Compose(
            [tv.transforms.ToPILImage(), *flips, tv.transforms.ToTensor(), tv.transforms.Normalize(MEAN, STD)]
        )

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        row = self.data.iloc[index]
        image = gray2rgb(imread(row["filename"]))
        label = np.array([row["crack"], row["inactive"]], dtype=np.float32)
        return self._transform(image), torch.from_numpy(label)
