import torch as t
from sklearn.metrics import f1_score
from tqdm.autonotebook import tqdm


class Trainer:
    def __init__(self, model, crit, optim=None, train_dl=None, val_test_dl=None, cuda=True, early_stopping_patience=-1):
        self._model = model
        self._crit = crit
        self._optim = optim
        self._train_dl = train_dl
        self._val_test_dl = val_test_dl
        self._cuda = cuda
        self._patience = early_stopping_patience
        self.f1 = 0.0
        if cuda:
            self._model = model.cuda()
            self._crit = crit.cuda()

    def save_checkpoint(self, epoch):
        t.save({"state_dict": self._model.state_dict()}, f"checkpoints/checkpoint_{epoch:03d}.ckp")

    def restore_checkpoint(self, epoch_n):
        saved = t.load(f"checkpoints/checkpoint_{epoch_n:03d}.ckp", "cuda" if self._cuda else "cpu")
        self._model.load_state_dict(saved["state_dict"])

    def save_onnx(self, fn):
        net = self._model.cpu()
        net.eval()
        example = t.randn(1, 3, 300, 300, requires_grad=True)
        t.onnx.export(
            net,
            example,
            fn,
            export_params=True,
            opset_version=10,
            do_constant_folding=True,
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "batch_size"}, "output": {0: "batch_size"}},
        )

    def _loss(self, x, y):
        prediction = self._model(x)
        return self._crit(prediction, y.float()), prediction

    def train_step(self, x, y):
        self._optim.zero_grad()
        loss, _ = self._loss(x, y)
        loss.backward()
        self._optim.step()
        return loss.item()

    def val_test_step(self, x, y):
        loss, prediction = self._loss(x, y)
        return loss.item(), prediction

    def _moved(self, x, y):
        return (x.cuda(), y.cuda()) if self._cuda else (x, y)

    def train_epoch(self):
        self._model.train()
        losses = [self.train_step(*self._moved(x, y)) for x, y in tqdm(self._train_dl, disable=True)]
        return sum(losses) / len(losses)

    def val_test(self):
        self._model.eval()
        losses, truth, found = [], [], []
        with t.no_grad():
            for x, y in self._val_test_dl:
                x, y = self._moved(x, y)
                loss, prediction = self.val_test_step(x, y)
                losses.append(loss)
                truth.append(y.cpu())
                found.append(prediction.cpu() > 0.5)
        self.f1 = f1_score(t.cat(truth).numpy(), t.cat(found).numpy(), average="macro", zero_division=0)
        return sum(losses) / len(losses)

    def fit(self, epochs=-1):
        assert self._patience > 0 or epochs > 0
        train_losses, val_losses, best, waited, epoch = [], [], float("inf"), 0, 0
        while epochs < 0 or epoch < epochs:
            train_losses.append(self.train_epoch())
            val_losses.append(self.val_test())
            if val_losses[-1] < best:
                best, waited = val_losses[-1], 0
                self.save_checkpoint(epoch)
            else:
                waited += 1
            epoch += 1
            if 0 < self._patience <= waited:
                break
        return train_losses, val_losses
