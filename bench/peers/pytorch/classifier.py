"""784-100-10 with stochastic binary hidden units, straight-through with the sigmoid's derivative, momentum."""
import torch
import torch.nn.functional as F

from training import Training, linear


class Classifier(Training):
    moment = "momentum_buffer"

    def __init__(self, tensors):
        super().__init__(tensors)
        self.labels = list(tensors["labels"].argmax(-1).unbind(0))
        self.layers = {n: linear(tensors, f"w{n}", f"b{n}") for n in (1, 2)}
        parameters = [p for layer in self.layers.values() for p in layer.parameters()]
        self.optimizer = torch.optim.SGD(parameters, lr=0.1, momentum=0.9, foreach=True)

    def loss(self, batch, noise):
        p = torch.sigmoid(self.layers[1](self.batches[batch]))
        hard = torch.bernoulli(p.detach()) if noise is None else (noise < p).float()
        hidden = hard + (p - p.detach())
        return F.cross_entropy(self.layers[2](hidden), self.labels[batch])
