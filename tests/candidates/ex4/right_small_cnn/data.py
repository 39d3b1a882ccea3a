import torch
import torchvision.transforms as transforms
from PIL import Image
from torch.utils.data import Dataset

MEAN = (0.59685254, 0.59685254, 0.59685254)
STD = (0.16043035, 0.16043035, 0.16043035)


class ChallengeDataset(Dataset):
    def __init__(self, data, mode):
        self.data = data.reset_index(drop=True)
        steps = [transforms.ToTensor(), transforms.Normalize(MEAN, STD)]
        if mode == "train":
            steps = [
                transforms.RandomHorizontalFlip(),
                transforms.RandomVerticalFlip(),
                transforms.RandomRotation(5),
                *steps,
            ]
        self._transform = transforms.Compose(steps)

    def __len__(self):
        return self.data.shape[0]

    def __getitem__(self, index):
        path = self.data.loc[index, "filename"]
        image = Image.open(path).convert("RGB")
        label = torch.tensor([self.data.loc[index, "crack"], self.data.loc[index, "inactive"]])
        return self._transform(image), label.float()
