"""Golden vectors of the quantizers, written apart from the code: float64, matrices and loops in place of its formulas.

    python3 packages/hardgrad/test/codes/golden.py > packages/hardgrad/test/codes/golden.json
"""

import itertools
import json

import numpy as np

rng = np.random.default_rng(7)


def differences(f, x, step=1e-6):
    """Gradient of a scalar f at x by central differences."""
    x = np.array(x, float)
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        gradient[i] = (f(up) - f(down)) / (2 * step)
    return gradient


def fsq(z, levels, margin):
    code, index, place, soft = [], 0, 1, []
    for value, count in zip(z, levels):
        h = (count - 1) * (1 + margin) / 2
        o = 0.5 if count % 2 == 0 else 0.0
        bound = lambda v: np.tanh(v + np.arctanh(o / h)) * h - o
        rounded = np.rint(bound(value))
        code.append(rounded / (count // 2))
        index += int(rounded + count // 2) * place
        place *= count
        soft.append(differences(lambda v: float(bound(v[0])) / (count // 2), [value])[0])
    return code, index, soft


def entropy(p):
    return -sum(v * np.log(v) for v in p if v > 0)


def entropies(x, inverse, scale, spherical):
    """Over all 2^d codes, without the factorisation."""
    d = x.shape[1]
    size = scale / np.sqrt(d) if spherical else scale
    codes = np.array(list(itertools.product([-size, size], repeat=d)))
    rows = [scale * v / np.linalg.norm(v) if spherical else v for v in x]
    laws = []
    for row in rows:
        logits = 2 * inverse * codes @ row
        law = np.exp(logits - logits.max())
        laws.append(law / law.sum())
    return np.mean([entropy(law) for law in laws]), entropy(np.mean(laws, 0))


def rotation(e, q):
    """The rotation in the plane of e and q that takes one direction to the other, by its angle."""
    a, b = e / np.linalg.norm(e), q / np.linalg.norm(q)
    cosine = a @ b
    across = b - cosine * a
    sine = np.linalg.norm(across)
    across = across / sine
    plane = np.outer(a, a) + np.outer(across, across)
    turn = np.outer(across, a) - np.outer(a, across)
    return np.eye(len(e)) - plane + cosine * plane + sine * turn


def moving(codebook, batches, decay, epsilon):
    count, total = np.ones(len(codebook)), codebook.copy()
    for x in batches:
        n, s = np.zeros(len(codebook)), np.zeros_like(codebook)
        for row in x:
            j = min(range(len(codebook)), key=lambda k: sum((row - codebook[k]) ** 2))
            n[j] += 1
            s[j] += row
        count = decay * count + (1 - decay) * n
        total = decay * total + (1 - decay) * s
        smooth = (count + epsilon) / (count.sum() + len(codebook) * epsilon) * count.sum()
        codebook = total / smooth[:, None]
    return {"count": count.tolist(), "sum": total.tolist(), "codebook": codebook.tolist()}


out = {}

levels, margin = [8, 6, 5, 3, 7], 0.01
z = rng.normal(size=(6, 5)) * 1.5
made = [fsq(row, levels, margin) for row in z]
out["fsq"] = {
    "levels": levels,
    "margin": margin,
    "z": z.tolist(),
    "codes": [m[0] for m in made],
    "indices": [m[1] for m in made],
    "slopes": [m[2] for m in made],
}

x = rng.normal(size=(7, 4)) * 0.4
out["lfq"] = []
for inverse, scale, spherical in [(3, 0.7, False), (6, 1.3, True)]:
    sample, batch = entropies(x, inverse, scale, spherical)
    loss = lambda v: np.subtract(*entropies(v, inverse, scale, spherical))
    out["lfq"].append(
        {
            "x": x.tolist(),
            "inverseTemperature": inverse,
            "scale": scale,
            "spherical": spherical,
            "sample": sample,
            "batch": batch,
            "gradient": differences(loss, x).tolist(),
        }
    )

e, q, g = (rng.normal(size=(5, 6)) for _ in range(3))
noise = 0.2 * rng.normal(size=(5, 6))
towards = q - e + noise
unit = lambda v: v / np.linalg.norm(v)
jacobians = [np.outer(unit(t), unit(b - a)) for a, b, t in zip(e, q, towards)]
out["vectors"] = {
    "e": e.tolist(),
    "q": q.tolist(),
    "g": g.tolist(),
    "noise": noise.tolist(),
    "rotation": [
        (np.linalg.norm(b) / np.linalg.norm(a) * rotation(a, b).T @ c).tolist() for a, b, c in zip(e, q, g)
    ],
    "diveq": {
        "value": [(a + np.linalg.norm(b - a) * unit(t)).tolist() for a, b, t in zip(e, q, towards)],
        "e": [((np.eye(6) - j).T @ c).tolist() for j, c in zip(jacobians, g)],
        "q": [(j.T @ c).tolist() for j, c in zip(jacobians, g)],
    },
}

codebook = rng.normal(size=(5, 3))
batches = rng.normal(size=(3, 8, 3))
out["moving"] = {
    "start": codebook.tolist(),
    "batches": batches.tolist(),
    "decay": 0.7,
    "epsilon": 1e-3,
    **moving(codebook, batches, 0.7, 1e-3),
}

frozen, weights, vectors = rng.normal(size=(4, 3)), rng.normal(size=(2, 3)), rng.normal(size=(6, 2))
codes = frozen @ weights.T
nearest = [int(np.argmin([sum((v - c) ** 2) for c in codes])) for v in vectors]


def loss(w, v, held_w, held_v):
    moved, held = frozen @ w.T, frozen @ held_w.T
    terms = [
        np.mean((held_v[n] - moved[j]) ** 2) + 0.25 * np.mean((v[n] - held[j]) ** 2)
        for n, j in enumerate(nearest)
    ]
    return np.mean(terms)


out["simvq"] = {
    "frozen": frozen.tolist(),
    "weights": weights.tolist(),
    "vectors": vectors.tolist(),
    "nearest": nearest,
    "loss": loss(weights, vectors, weights, vectors),
    "gradientW": differences(lambda w: loss(w, vectors, weights, vectors), weights).tolist(),
    "gradientE": differences(lambda v: loss(weights, v, weights, vectors), vectors).tolist(),
}


def k_means(vectors, start, weights, rounds):
    """Codewords as means of what is nearest to them, by loops over pairs."""
    codebook = [vectors[i].copy() for i in start]
    for _ in range(rounds):
        members = [[] for _ in start]
        for v, w in zip(vectors, weights):
            if w > 0:
                distances = [float(((v - c) ** 2).sum()) for c in codebook]
                members[distances.index(min(distances))].append((v, w))
        for j, of in enumerate(members):
            if of:
                codebook[j] = sum(w * v for v, w in of) / sum(w for _, w in of)
    return np.array(codebook).tolist()


# `start`: the rows that `kMeansCodebook` draws with random.key(4), which the test checks.
vectors = np.concatenate([rng.normal(size=(6, 2)) + centre for centre in ([0, 0], [4, 1], [-2, 5])])
weights = np.array([1, 2, 0, 1, 0.5, 1] * 3)
out["kMeans"] = [
    {
        "vectors": vectors.tolist(),
        "weights": w.tolist(),
        "start": start,
        "rounds": rounds,
        "codebook": k_means(vectors, start, w, rounds),
    }
    for w, start, rounds in [(np.ones(18), [15, 14, 12], 1), (np.ones(18), [15, 14, 12], 6), (weights, [15, 12, 6], 6)]
]

# Padding: vectors of weight 0 taken out, the others counted by their weights.
x, w = rng.normal(size=(7, 3)), np.array([1, 0, 2, 1, 0, 0.5, 1])
count, total = np.ones(4), rng.normal(size=(4, 3))
chose = [2, 0, 2, 1, 3, 1, 2]
start = total.copy()
for v, u, j in zip(x, w, chose):
    count[j] += 0.25 / 0.75 * u
    total[j] += 0.25 / 0.75 * u * v
count, total = 0.75 * count, 0.75 * total
smooth = (count + 1e-5) / (count.sum() + 4e-5) * count.sum()
out["weighted"] = {
    "start": start.tolist(),
    "x": x.tolist(),
    "weights": w.tolist(),
    "indices": chose,
    "counts": [sum(u for u, j in zip(w, chose) if j == k) for k in range(4)],
    "count": count.tolist(),
    "codebook": (total / smooth[:, None]).tolist(),
}
logits = 0.4 * rng.normal(size=(6, 3))
kept = logits[[0, 2, 3, 5]]
sample, batch = entropies(kept, 3, 1, False)
out["paddedEntropies"] = {"x": logits.tolist(), "weights": [1, 0, 1, 1, 0, 1], "sample": sample, "batch": batch}

print(json.dumps(out, indent=1))
