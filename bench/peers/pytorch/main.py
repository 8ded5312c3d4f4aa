"""A contestant of the race: one JSON request a line on stdin, one JSON answer a line on stdout."""
import ctypes
import json
import math
import sys
import time

import torch

import tensors
from classifier import Classifier
from exact import Exact
from mlp import ReluMlp, TanhMlp
from routed import Masked, Routed
from vae import BernoulliVae, GumbelRaoVae, ReinMaxVae, RlooVae

ROWS = {
    "classifier": Classifier,
    "bernoulli-vae": BernoulliVae,
    "vae-reinmax": ReinMaxVae,
    "vae-gumbel-rao": GumbelRaoVae,
    "vae-rloo": RlooVae,
    "routed": Masked if "--masked" in sys.argv else Routed,
    "exact": Exact,
    "mlp-relu": ReluMlp,
    "mlp-tanh": TanhMlp,
}


CUDA = "--cuda" in sys.argv


def set_threads(count):
    """OpenBLAS has threads of its own, which torch does not set."""
    torch.set_num_threads(count)
    try:
        ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(count)
    except (OSError, AttributeError):
        pass  # another BLAS, which follows OpenMP's setting


def compiled(row):
    """Batches come in one place, so that one compiled step serves them all."""
    batches = {k: v for k, v in vars(row).items() if isinstance(v, list) and torch.is_tensor(v[0])}
    for name, each in batches.items():
        setattr(row, name, [each[0].clone()])
    run, turn = torch.compile(row.step), 0

    def step(noise=None):
        nonlocal turn
        for name, each in batches.items():
            getattr(row, name)[0].copy_(each[turn % len(each)])
        turn += 1
        return run(noise)

    return step


class Contestant:
    row = None

    def hello(self, request):
        gpu = {"CUDA device": torch.cuda.get_device_name()} if CUDA else {}
        return {"torch": torch.__version__, "python": sys.version.split()[0], **gpu}

    def load(self, request):
        torch.manual_seed(0)
        self.row = ROWS[request["row"]](tensors.read(request["file"]))
        if "--compile" in sys.argv:
            self.row.step = compiled(self.row)
        return {}

    def threads(self, request):
        set_threads(request["threads"])
        return {}

    def check(self, request):
        tensors.write(request["file"], self.row.check())
        return {}

    def time(self, request):
        total = torch.zeros(())
        start, cpu = time.perf_counter(), time.process_time()
        for _ in range(request["steps"]):
            total += self.row.step()
        loss = total.item() / request["steps"]
        seconds = time.perf_counter() - start
        cpu = time.process_time() - cpu
        return {"seconds": seconds, "cpu": cpu, "loss": loss if math.isfinite(loss) else str(loss)}


def main():
    torch.set_flush_denormal(True)
    set_threads(1)
    if CUDA:
        torch.set_default_device("cuda")
    contestant = Contestant()
    for line in sys.stdin:
        request = json.loads(line)
        if request["do"] == "quit":
            return
        try:
            answer = getattr(contestant, request["do"])(request)
        except Exception as error:  # the parent says it in one sentence and goes on with the others
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
