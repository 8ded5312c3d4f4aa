"""Checks the models named on the command line with ONNX's own checker, shape inference included."""
import sys

import onnx

for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    print(path)
