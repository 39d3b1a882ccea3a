from pathlib import Path

import numpy as np
import torch
import torchvision as tv
from skimage import color, io

HERE = Path(__file__).parent


class ChallengeDataset(torch.utils.data.Dataset):
    mean, std = 0.59685254, 0.16043035

    def __init__(self, data, mode="train"):
        self.rows = data.to_dict("records")
        self.mode = mode
        self.augment = tv.transforms.Compose([
            tv.transforms.RandomApply([tv.transforms.ColorJitter(brightness=0.1, contrast=0.1)], p=0.8),
            tv.transforms.RandomChoice([
                tv.transforms.GaussianBlur(3),
                tv.transforms.RandomAffine(5, translate=(0.02, 0.02)),
                tv.transforms.RandomHorizontalFlip(1.0),
            ]),
        ])
        self._transform = tv.transforms.Compose([
            tv.transforms.ToPILImage(),
            tv.transforms.Lambda(lambda image: self.augment(image) if mode == "train" else image),
            tv.transforms.ToTensor(),
            tv.transforms.Normalize([self.mean] * 3, [self.std] * 3),
        ])

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        image = color.gray2rgb(io.imread(HERE / row["filename"], as_gray=True))
        return self._transform(image), torch.as_tensor(np.array([row["crack"], row["inactive"]]))
