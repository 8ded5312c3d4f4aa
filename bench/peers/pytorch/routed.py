"""64 blocks of 32 units on 784 inputs, each block open for the 13 examples of 128 that score highest (10 %)."""
import torch

OPEN = 13


class Layer:
    """Forward and backward with a given gradient at the output."""

    def __init__(self, tensors):
        self.images = list(tensors["images"].unbind(0))
        self.scores = list(tensors["scores"].unbind(0))
        self.output = tensors["output"]
        self.weights = tensors["weights"].clone().requires_grad_()
        self.bias = tensors["bias"].clone().requires_grad_()
        self.count = 0

    def step(self, noise=None):
        batch = self.count % len(self.images)
        x = self.images[batch].detach().requires_grad_()
        self.weights.grad = self.bias.grad = None
        loss = (self.forward(x, self.scores[batch]) * self.output).sum()
        loss.backward()
        self.x = x
        self.count += 1
        return loss.detach()

    def check(self):
        loss = self.step().reshape(1)
        return {"loss": loss, "weights": self.weights.grad, "bias": self.bias.grad, "images": self.x.grad}


class Routed(Layer):
    """Gather the examples of each block, one batched product, scatter the units back."""

    def __init__(self, tensors):
        super().__init__(tensors)
        blocks, _, _ = self.weights.shape
        self.block = torch.arange(blocks).unsqueeze(1)

    def forward(self, x, scores):
        blocks, inputs, units = self.weights.shape
        rows = scores.topk(OPEN, 0).indices.t()  # [blocks, open]
        taken = x.index_select(0, rows.reshape(-1)).view(blocks, OPEN, inputs)
        units_of = torch.baddbmm(self.bias.unsqueeze(1), taken, self.weights)
        out = x.new_zeros(len(x) * blocks, units)
        place = (rows * blocks + self.block).reshape(-1)
        return out.index_copy(0, place, units_of.view(-1, units)).view(len(x), blocks, units)


class Masked(Layer):
    """Every unit is computed; a mask closes the blocks."""

    def __init__(self, tensors):
        super().__init__(tensors)
        blocks, inputs, units = tensors["weights"].shape
        self.shape = (blocks, inputs, units)
        wide = tensors["weights"].permute(1, 0, 2).reshape(inputs, blocks * units).t().contiguous()
        self.weights = wide.requires_grad_()
        self.bias = tensors["bias"].reshape(-1).clone().requires_grad_()

    def forward(self, x, scores):
        blocks, _, units = self.shape
        mask = torch.zeros_like(scores).scatter_(0, scores.topk(OPEN, 0).indices, 1.0)
        y = torch.nn.functional.linear(x, self.weights, self.bias)
        return y.view(len(x), blocks, units) * mask.unsqueeze(-1)

    def check(self):
        results = super().check()
        blocks, inputs, units = self.shape
        results["weights"] = results["weights"].t().reshape(inputs, blocks, units).permute(1, 0, 2)
        results["bias"] = results["bias"].reshape(blocks, units)
        return results
