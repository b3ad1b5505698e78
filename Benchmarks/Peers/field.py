"""Who takes part: rnnc's two entries and the peers that are installed; the others with a reason."""

import importlib

import ours

PEERS = {"onnxruntime": "peer_onnxruntime", "OpenVINO": "peer_openvino",
         "LiteRT": "peer_litert", "PyTorch": "peer_torch"}
RNNC = (ours.RUNTIME, ours.EMITTED)


class Field:
    def __init__(self, tool):
        self.tool = tool
        self.modules, self.absent = {}, {}
        self.versions = {"rnnc": tool.version}
        for name, module in PEERS.items():
            try:
                self.modules[name] = importlib.import_module(module)
                self.versions[name] = self.modules[name].version()
            except Exception as error:  # whatever a foreign package does when it loads
                self.absent[name] = f"{type(error).__name__}: {str(error)[:200]}"

    def candidates(self, workload, threads):
        """(peer, form, maker, fallback) of everything that could be measured. A fallback is only
        tried when the form before it was wrong."""
        for name, make in zip(RNNC, (ours.runtime, ours.emitted)):
            yield name, "", lambda make=make: make(self.tool, workload, threads), False
        for name, module in self.modules.items():
            for form, make, fallback in module.candidates(workload, threads):
                yield name, form, make, fallback
