import os

import torch as t


class EarlyStopping:
    def __init__(self, patience):
        self.patience = patience
        self.lowest = float("inf")
        self.since = 0

    def better(self, loss):
        self.since += 1
        if loss < self.lowest:
            self.lowest, self.since = loss, 0
        return self.since == 0

    @property
    def over(self):
        return self.patience > 0 and self.since >= self.patience


class Trainer:
    def __init__(self, model, crit, optim=None, train_dl=None, val_test_dl=None, cuda=True, early_stopping_patience=-1):
        self._model, self._crit, self._optim = model, crit, optim
        self._train_dl, self._val_test_dl = train_dl, val_test_dl
        self.device = t.device("cuda" if cuda else "cpu")
        self.stopping = EarlyStopping(early_stopping_patience)
        self._model.to(self.device)

    def _path(self, epoch):
        os.makedirs("checkpoints", exist_ok=True)
        return os.path.join("checkpoints", "checkpoint_%03d.ckp" % epoch)

    def save_checkpoint(self, epoch):
        t.save(dict(state_dict=self._model.state_dict()), self._path(epoch))

    def restore_checkpoint(self, epoch):
        self._model.load_state_dict(t.load(self._path(epoch), self.device)["state_dict"])

    def save_onnx(self, fn):
        axes = {0: "batch_size"}
        self._model.to("cpu").eval()
        t.onnx.export(self._model, t.zeros(1, 3, 300, 300), fn, opset_version=10, input_names=["input"],
                      output_names=["output"], dynamic_axes={"input": axes, "output": axes})

    def train_step(self, x, y):
        x, y = x.to(self.device), y.to(self.device, t.float32)
        self._model.zero_grad()
        loss = self._crit(self._model(x), y)
        loss.backward()
        self._optim.step()
        return float(loss)

    @t.no_grad()
    def val_test_step(self, x, y):
        x, y = x.to(self.device), y.to(self.device, t.float32)
        out = self._model(x)
        return float(self._crit(out, y)), out

    def train_epoch(self):
        self._model.train()
        return self._mean(self.train_step(x, y) for x, y in self._train_dl)

    def val_test(self):
        self._model.eval()
        return self._mean(self.val_test_step(x, y)[0] for x, y in self._val_test_dl)

    @staticmethod
    def _mean(losses):
        losses = list(losses)
        return sum(losses) / len(losses)

    def fit(self, epochs=-1):
        history = []
        while len(history) != epochs and not self.stopping.over:
            history.append((self.train_epoch(), self.val_test()))
            if self.stopping.better(history[-1][1]):
                self.save_checkpoint(len(history))
        train, val = zip(*history)
        return list(train), list(val)
