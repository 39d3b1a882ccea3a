import pandas as pd
import torch as t
from data import ChallengeDataset
from model import ResNet
from trainer import Trainer


def main():
    tab = pd.read_csv("data.csv", sep=";").sample(frac=1.0)
    train, val = tab[:1600], tab[1600:]
    train_dl = t.utils.data.DataLoader(ChallengeDataset(train, "train"), batch_size=16, shuffle=True)
    val_dl = t.utils.data.DataLoader(ChallengeDataset(val, "val"), batch_size=16)
    model = ResNet()
    trainer = Trainer(model, t.nn.BCELoss(), t.optim.Adam(model.parameters()), train_dl, val_dl, True, 10)
    trainer.fit(50)


if __name__ == "__main__":
    main()
