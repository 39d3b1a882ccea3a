import torch as t


class Trainer:
    def __init__(self, model, crit, optim=None, train_dl=None, val_test_dl=None, cuda=True, early_stopping_patience=-1):
        self._model = model
        self._crit = crit
        self._optim = optim
        self._train_dl = train_dl
        self._val_test_dl = val_test_dl
        self._cuda = cuda
        self._early_stopping_patience = early_stopping_patience
        if self._cuda:
            self._model = model.cuda()
            self._crit = crit.cuda()

    def save_checkpoint(self, epoch):
        t.save({"state_dict": self._model.state_dict()}, "checkpoints/checkpoint_{:03d}.ckp".format(epoch))

    def restore_checkpoint(self, epoch_n):
        ckp = t.load("checkpoints/checkpoint_{:03d}.ckp".format(epoch_n), map_location="cpu")
        self._model.load_state_dict(ckp["state_dict"])

    def save_onnx(self, fn):
        m = self._model.cpu()
        m.eval()
        x = t.randn(1, 3, 300, 300, requires_grad=True)
        t.onnx.export(m, x, fn, export_params=True, opset_version=10, do_constant_folding=True,
                      input_names=["input"], output_names=["output"],
                      dynamic_axes={"input": {0: "batch_size"}, "output": {0: "batch_size"}})

    def train_step(self, x, y):
        self._optim.zero_grad()
        prediction = self._model(x)
        loss = self._crit(prediction, y)
        loss.backward()
        self._optim.step()
        return loss

    def val_test_step(self, x, y):
        prediction = self._model(x)
        loss = self._crit(prediction, y)
        return loss, prediction

    def train_epoch(self):
        self._model.train()
        total = 0
        for x, y in self._train_dl:
            if self._cuda:
                x, y = x.cuda(), y.cuda()
            total = total + self.train_step(x, y).detach()
        return total / len(self._train_dl)

    def val_test(self):
        self._model.eval()
        total = 0
        with t.no_grad():
            for x, y in self._val_test_dl:
                if self._cuda:
                    x, y = x.cuda(), y.cuda()
                loss, prediction = self.val_test_step(x, y)
                total = total + loss
        return total / len(self._val_test_dl)

    def fit(self, epochs=-1):
        assert self._early_stopping_patience > 0 or epochs > 0
        train_losses = []
        val_losses = []
        epoch = 0
        while epoch != epochs:
            train_losses.append(self.train_epoch())
            val_losses.append(self.val_test())
            self.save_checkpoint(epoch)
            epoch += 1
            if self._early_stopping_patience > 0:
                best = val_losses.index(min(val_losses))
                if len(val_losses) - 1 - best >= self._early_stopping_patience:
                    break
        return train_losses, val_losses
