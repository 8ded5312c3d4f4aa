"""What the rows that train have in common: layers, one step of an optimizer, and what a check reports."""
import torch
from torch import nn


def linear(tensors, weight, bias):
    """A layer `x w + b` from `w` of shape [inputs, outputs]; torch keeps the transpose."""
    inputs, outputs = tensors[weight].shape
    layer = nn.Linear(inputs, outputs)
    with torch.no_grad():
        layer.weight.copy_(tensors[weight].t())
        layer.bias.copy_(tensors[bias])
    return layer


class Training:
    """Subclasses give `layers`, by number from 1, `optimizer`, and `loss(batch, noise)`."""

    moment = "exp_avg"

    def __init__(self, tensors):
        self.tensors = tensors
        self.batches = list(tensors["images"].unbind(0))
        self.noise = tensors["noise"]
        self.count = 0

    def step(self, noise=None):
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(self.count % len(self.batches), noise)
        loss.backward()
        self.optimizer.step()
        self.count += 1
        return loss.detach()

    def check(self):
        losses = [self.step(noise) for noise in self.noise.unbind(0)]
        results = {"loss": torch.stack(losses)}
        for number, layer in self.layers.items():
            for name, value in ((f"w{number}", layer.weight), (f"b{number}", layer.bias)):
                moment = self.optimizer.state[value][self.moment]
                results[name] = value.t() if value.dim() == 2 else value
                results[f"{name}.m"] = moment.t() if moment.dim() == 2 else moment
        return results
