"""Routers written apart from the library, token by token, in float64: python3 routing-reference.py > routing-golden.json"""

import json
import math

import numpy as np


def softmax(row):
    e = [math.exp(a - max(row)) for a in row]
    return [v / sum(e) for v in e]


def top(row, k):
    """Indices of the k largest, the first ones in a tie."""
    return sorted(range(len(row)), key=lambda j: (-row[j], j))[:k]


def top_k(theta, k, normalise=False, bias=None):
    gates = []
    for row in theta:
        p = softmax(row)
        chosen = top(row if bias is None else [a + b for a, b in zip(p, bias)], k)
        total = sum(p[j] for j in chosen) if normalise else 1
        gates.append([p[j] / total if j in chosen else 0 for j in range(len(row))])
    return gates


def switch_loss(theta, weights, k, chosen):
    """f is taken at `chosen`, so that a difference quotient of theta leaves it alone."""
    experts = len(theta[0])
    total = sum(weights)
    loss = 0
    for e in range(experts):
        load = sum(w for w, c in zip(weights, chosen) if e in c) / (k * total)
        mean = sum(w * softmax(row)[e] for w, row in zip(weights, theta)) / total
        loss += experts * load * mean
    return loss


def z_loss(theta, weights):
    squares = [math.log(sum(math.exp(a) for a in row)) ** 2 for row in theta]
    return sum(w * s for w, s in zip(weights, squares)) / sum(weights)


def relu_penalty(theta, weights, k, opened):
    experts = len(theta[0])
    total = sum(weights)
    loss = 0
    for e in range(experts):
        load = sum(w for w, o in zip(weights, opened) if o[e]) / (k * total)
        loss += experts * load * sum(w * max(0, row[e]) for w, row in zip(weights, theta)) / total
    return loss


def slope(f, theta):
    theta = np.array(theta, dtype=float)
    out = np.zeros_like(theta)
    for at in np.ndindex(theta.shape):
        h = 1e-6
        up, down = theta.copy(), theta.copy()
        up[at] += h
        down[at] -= h
        out[at] = (f(up.tolist()) - f(down.tolist())) / (2 * h)
    return out.tolist()


def expert_choice(theta, count):
    p = [softmax(row) for row in theta]
    return [top([row[e] for row in p], count) for e in range(len(theta[0]))]


def limited(gates, capacity, order):
    """Who keeps a place, walking through all choices in their order."""
    kept = [[0] * len(gates[0]) for _ in gates]
    room = [capacity] * len(gates[0])
    choices = [top(row, sum(v != 0 for v in row)) for row in gates]
    queue = list(range(len(gates)))
    if order == "score":
        queue.sort(key=lambda t: (-max(gates[t]), t))
    for rank in range(max(len(c) for c in choices)):
        for t in queue:
            if rank < len(choices[t]) and room[choices[t][rank]] > 0:
                room[choices[t][rank]] -= 1
                kept[t][choices[t][rank]] = 1
    return kept


def mixer_law(row, jitter):
    largest = max(row)
    keep = [largest - a <= 2 * jitter * max(abs(a), largest) for a in row]
    e = [math.exp(a - largest) if k else 0 for a, k in zip(row, keep)]
    return [v / sum(e) for v in e]


def mixer_mean(row, outputs, jitter, df):
    """Mean gradient over the drawn expert and over m."""
    p = mixer_law(row, jitter)
    best = top(row, 1)[0]
    mean = [0.0] * len(row)
    for i, chance in enumerate(p):
        for m, weight in [(1, 1)] if i == best else [(1, 0.25), (1 / 3, 0.75)]:
            g = df(p[i] * m * outputs[i]) * outputs[i]
            for j in range(len(row)):
                mean[j] += chance * weight * g * p[i] * ((i == j) - p[j])
    return mean


def remoe(rates, target):
    strength, out = 1e-8, []
    for r in rates:
        strength = strength * 1.2 if r > target else strength / 1.2
        out.append(strength * 1e8)
    return out


theta = [[1, 0, -1], [0.5, 1, 0], [2.5, 0, 1], [0, 0.3, 0.1]]
ones = [1, 1, 1, 1]
padded = [1, 1, 1, 0]
random = np.random.default_rng(5)
large = np.round(random.normal(size=(9, 5)) * 1.5, 3).tolist()
shares = [1, 0.5, 2, 0, 1, 0, 1.5, 1, 1]
bias = [0.1, -0.2, 0.05, 0.3, -0.1]


def switch(rows, weights, k):
    chosen = [top(row, k) for row in rows]
    f = lambda x: switch_loss(x, weights, k, chosen)
    return {"value": f(rows), "slope": slope(f, rows)}


def relu(rows, weights, k):
    opened = [[a > 0 for a in row] for row in rows]
    f = lambda x: relu_penalty(x, weights, k, opened)
    return {"value": f(rows), "slope": slope(f, rows)}


def mixture():
    """Two-layer experts with x sigmoid(x) between, token by token; gradients by differences."""
    own = np.random.default_rng(11)
    tokens, experts, inputs, hidden, outputs = 7, 3, 4, 5, 2
    given = {
        "x": own.normal(size=(tokens, inputs)),
        "gates": own.uniform(0.2, 1, size=(tokens, experts)) * (own.uniform(size=(tokens, experts)) < 0.5),
        "w1": own.normal(size=(experts, inputs, hidden)),
        "b1": own.normal(size=(experts, hidden)),
        "w2": own.normal(size=(experts, hidden, outputs)),
        "b2": own.normal(size=(experts, outputs)),
    }
    given["gates"][2] = 0
    c = own.normal(size=(tokens, outputs))

    def layer(v):
        y = np.zeros((tokens, outputs))
        for t in range(tokens):
            for e in range(experts):
                if given["gates"][t][e] != 0:
                    a = v["x"][t] @ v["w1"][e] + v["b1"][e]
                    y[t] += v["gates"][t][e] * ((a / (1 + np.exp(-a))) @ v["w2"][e] + v["b2"][e])
        return y

    loss = lambda v: float((np.tanh(layer(v)) * c).sum())
    slopes = {}
    for name, array in given.items():
        out = np.zeros_like(array)
        for i in np.ndindex(array.shape):
            up, down = array.copy(), array.copy()
            up[i] += 1e-6
            down[i] -= 1e-6
            out[i] = (loss({**given, name: up}) - loss({**given, name: down})) / 2e-6
        slopes[name] = out.tolist()
    return {
        "given": {name: array.tolist() for name, array in given.items()},
        "c": c.tolist(),
        "y": layer(given).tolist(),
        "slopes": slopes,
        "load": [int((given["gates"][:, e] != 0).sum()) for e in range(experts)],
    }


mixer = {"logits": [0.2, -0.5, 0.9], "outputs": [1.5, -2, 0.7]}
df = lambda z: 3 * z**2 - 2 * z + 2
print(
    json.dumps(
        {
            "theta": theta,
            "large": large,
            "shares": shares,
            "bias": bias,
            "switch": {
                "one": switch(theta, ones, 1),
                "padded": switch(theta, padded, 1),
                "two": switch(theta, ones, 2),
                "large": switch(large, shares, 2),
            },
            "zLoss": {
                "one": {"value": z_loss(theta, ones), "slope": slope(lambda x: z_loss(x, ones), theta)},
                "large": {"value": z_loss(large, shares), "slope": slope(lambda x: z_loss(x, shares), large)},
            },
            "relu": {"one": relu(large, [1] * 9, 1), "large": relu(large, shares, 2)},
            "topK": {
                "one": top_k(large, 1),
                "two": top_k(large, 2),
                "normalised": top_k(large, 3, True),
                "biased": top_k(large, 2, False, bias),
            },
            "expertChoice": {"theta": expert_choice(theta, 2), "large": expert_choice(large, 4)},
            "capacity": {
                order: {
                    "theta": limited(top_k(theta, 1), 1, order),
                    "large": limited(top_k(large, 3), 3, order),
                }
                for order in ["score", "position"]
            },
            "mixer": {
                **mixer,
                "near": mixer_law([1, 0.99, 0.5], 0.01),
                "mean": mixer_mean(mixer["logits"], mixer["outputs"], 9, df),
            },
            "remoe": remoe([0.9, 0.6, 0.3, 0.2, 0.26], 0.25),
            "mixture": mixture(),
        },
        indent=1,
    )
)
