import pandas
import torch
from data import ChallengeDataset
from model import ResNet
from sklearn.model_selection import train_test_split
from trainer import Trainer

if __name__ == "__main__":
    parts = train_test_split(pandas.read_csv("data.csv", sep=";"), test_size=0.15, stratify=None)
    loaders = [
        torch.utils.data.DataLoader(ChallengeDataset(part, mode), batch_size=20, shuffle=mode == "train", num_workers=2)
        for part, mode in zip(parts, ("train", "val"))
    ]
    net = ResNet()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
    Trainer(net, torch.nn.BCELoss(), optimizer, *loaders, cuda=torch.cuda.is_available(), early_stopping_patience=7).fit()
