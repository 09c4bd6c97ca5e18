"""The weights of a network as bytes."""

from safetensors.torch import load, save
from torch import nn


def to_bytes(network: nn.Module) -> bytes:
    """Write the weights in the safetensors format: names, shapes and numbers, nothing that executes."""
    return save({name: value.contiguous() for name, value in network.state_dict().items()})


def from_bytes(network: nn.Module, data: bytes) -> nn.Module:
    """Fill a network of the same architecture with weights, ready to be asked."""
    network.load_state_dict(load(data))
    return network.eval()
