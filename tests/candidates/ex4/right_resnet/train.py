import pandas as pd
import torch as t
from data import ChallengeDataset
from model import ResNet
from sklearn.model_selection import train_test_split
from torch.utils.data import DataLoader
from trainer import Trainer

if __name__ == "__main__":
    table = pd.read_csv("data.csv", sep=";")
    train, val = train_test_split(table, test_size=0.2)
    net = ResNet()
    trainer = Trainer(
        net,
        t.nn.BCELoss(),
        t.optim.Adam(net.parameters(), lr=1e-4),
        DataLoader(ChallengeDataset(train, "train"), batch_size=32, shuffle=True),
        DataLoader(ChallengeDataset(val, "val"), batch_size=32),
        cuda=t.cuda.is_available(),
        early_stopping_patience=5,
    )
    print(trainer.fit(epochs=30))
