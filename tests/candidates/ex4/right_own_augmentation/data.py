import numpy as np
import torch
from PIL import Image


class ChallengeDataset(torch.utils.data.Dataset):
    def __init__(self, data, mode):
        self.names = data["filename"].values
        self.labels = data[["crack", "inactive"]].values.astype("float32")
        self.train = mode == "train"

    def _transform(self, pixels):
        if self.train:
            pixels = np.rot90(pixels, np.random.randint(4))
            if np.random.rand() < 0.5:
                pixels = pixels[:, ::-1]
        gray = (pixels.astype(np.float32) / 255 - 0.59685254) / 0.16043035
        return torch.from_numpy(gray.copy()).expand(3, -1, -1)

    def __len__(self):
        return self.labels.shape[0]

    def __getitem__(self, i):
        with Image.open(self.names[i]) as image:
            return self._transform(np.asarray(image)), torch.tensor(self.labels[i])
