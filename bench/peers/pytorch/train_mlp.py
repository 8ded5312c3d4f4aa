"""Trains 784-h-10 with ReLU units on images of bytes, and writes its weights: train_mlp.py FOLDER H EPOCHS SEED.
The folder holds images.bin (uint8, 784 an image) and labels.bin; weights.bin is written to it: w1 [784, h], b1, w2 [h, 10], b2, float32."""
import math
import sys

import torch
import torch.nn.functional as F

folder, hidden, epochs, seed = sys.argv[1], *map(int, sys.argv[2:5])
BATCH, RATE = 128, 2e-3


def read(name):
    with open(f"{folder}/{name}", "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.uint8)


torch.set_num_threads(1)
torch.manual_seed(seed)
images = read("images.bin").reshape(-1, 1, 28, 28).float() / 255
labels = read("labels.bin").long()
network = torch.nn.Sequential(torch.nn.Linear(784, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10))
optimizer = torch.optim.Adam(network.parameters(), lr=RATE)
steps = epochs * (len(images) // BATCH)
step = 0
for _ in range(epochs):
    order = torch.randperm(len(images))
    for at in range(0, len(images) - BATCH + 1, BATCH):
        chosen = order[at : at + BATCH]
        # As the circuit's: moved by at most a pixel; here a batch at a time.
        dy, dx = torch.randint(3, (2,)).tolist()
        moved = F.pad(images[chosen], (1, 1, 1, 1))[:, :, dy : dy + 28, dx : dx + 28]
        for group in optimizer.param_groups:
            group["lr"] = RATE * (0.505 + 0.495 * math.cos(math.pi * step / steps))
        loss = F.cross_entropy(network(moved.reshape(BATCH, 784)), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        step += 1
first, _, second = network
arrays = [first.weight.t(), first.bias, second.weight.t(), second.bias]
with open(f"{folder}/weights.bin", "wb") as file:
    for array in arrays:
        file.write(array.detach().contiguous().float().numpy().tobytes())
