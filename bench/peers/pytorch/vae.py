"""Discrete variational autoencoders, written as users of PyTorch write them."""
import math

import torch
import torch.nn.functional as F

from training import Training, linear


class Vae(Training):
    """Encoder and decoder with ReLU, Bernoulli likelihood of grey pixels, analytic KL, Adam."""

    encoder, decoder = (), ()
    rate = 5e-4

    def __init__(self, tensors):
        super().__init__(tensors)
        self.layers = {n: linear(tensors, f"w{n}", f"b{n}") for n in self.encoder + self.decoder}
        parameters = [p for layer in self.layers.values() for p in layer.parameters()]
        self.optimizer = torch.optim.Adam(parameters, lr=self.rate, foreach=True)

    def through(self, numbers, x):
        for n in numbers[:-1]:
            x = F.relu(self.layers[n](x))
        return self.layers[numbers[-1]](x)

    def reconstruction(self, z, images, reduction="sum"):
        logits = self.through(self.decoder, z)
        return F.binary_cross_entropy_with_logits(logits, images, reduction=reduction)


class BernoulliVae(Vae):
    """784-200-(200 Bernoulli)-200-784, straight-through with the sigmoid's derivative."""

    encoder, decoder = (1, 2), (3, 4)

    def loss(self, batch, noise):
        images = self.batches[batch]
        logits = self.through(self.encoder, images)
        p = torch.sigmoid(logits)
        hard = torch.bernoulli(p.detach()) if noise is None else (noise < p).float()
        z = hard + (p - p.detach())
        kl = (p * logits - F.softplus(logits)).sum() + p.numel() * math.log(2)
        return (self.reconstruction(z, images) + kl) / len(images)


class CategoricalVae(Vae):
    """784-512-256-(4 variables of 8 categories)-256-512-784."""

    encoder, decoder = (1, 2, 3), (4, 5, 6)

    def loss(self, batch, noise):
        images = self.batches[batch]
        logits = self.through(self.encoder, images).view(-1, 4, 8)
        logq = F.log_softmax(logits, -1)
        kl = (logq.exp() * logq).sum() / len(images) + 4 * math.log(8)
        return self.expected(logits, images, noise) + kl


def draw(logits, noise):
    """One-hot samples; `noise` is exponential."""
    if noise is None:
        noise = torch.empty_like(logits).exponential_()
    return F.one_hot((logits - noise.log()).argmax(-1), logits.shape[-1]).float()


class ReinMax(torch.autograd.Function):
    """2 J((softmax(a/t) + D)/2) g - J(softmax(a)) g / 2 (Liu et al. 2023), J the softmax's Jacobian."""

    @staticmethod
    def forward(ctx, logits, sample, temperature):
        middle = ((logits / temperature).softmax(-1) + sample) / 2
        ctx.save_for_backward(middle, logits.softmax(-1))
        return sample

    @staticmethod
    def backward(ctx, g):
        middle, p = ctx.saved_tensors
        a = middle * g
        b = p * g
        first = a - middle * a.sum(-1, keepdim=True)
        second = b - p * b.sum(-1, keepdim=True)
        return 2 * first - second / 2, None, None


class ReinMaxVae(CategoricalVae):
    def expected(self, logits, images, noise):
        z = ReinMax.apply(logits, draw(logits.detach(), noise), 1.3)
        return self.reconstruction(z.view(len(images), -1), images) / len(images)


class GumbelRaoVae(CategoricalVae):
    """100 relaxed samples given the hard one (Paulus et al. 2021); autograd goes through their softmax."""

    samples, temperature = 100, 0.5

    def expected(self, logits, images, noise):
        z = self.sample(logits, noise)
        return self.reconstruction(z.view(len(images), -1), images) / len(images)

    def sample(self, logits, noise):
        own, fresh = (None, None) if noise is None else (noise[0], noise[1:])
        with torch.no_grad():
            hard = draw(logits, own)
            if fresh is None:
                fresh = torch.empty(self.samples, *logits.shape).exponential_()
            winner = (fresh * hard).sum(-1, keepdim=True)
            total = logits.exp().sum(-1, keepdim=True)
            others = -torch.log(fresh / logits.exp() + winner / total)
            shift = torch.where(hard.bool(), total.log() - winner.log(), others) - logits
        soft = ((logits + shift) / self.temperature).softmax(-1).mean(0)
        return hard + (soft - soft.detach())


class RlooVae(CategoricalVae):
    """Leave-one-out baselines over 4 samples, decoded as one batch of 400."""

    samples = 4

    def expected(self, logits, images, noise):
        logq = F.log_softmax(logits, -1)
        with torch.no_grad():
            z = draw(logits.expand(self.samples, *logits.shape), noise)
        targets = images.expand(self.samples, *images.shape)
        f = self.reconstruction(z.view(self.samples, len(images), -1), targets, "none").sum(-1)
        signal = (f - f.mean(0)).detach() / (self.samples - 1)
        score = (signal * (z * logq).sum((-2, -1))).sum(0)
        value = f.mean(0)
        return (value + (score - score.detach())).mean()
