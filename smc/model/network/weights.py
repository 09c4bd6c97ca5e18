"""The weights of a network as bytes."""

from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import nn

from smc.errors import ModelError


def to_bytes(network: nn.Module) -> bytes:
    """Write the weights in the safetensors format: names, shapes and numbers, nothing that executes."""
    return save({name: value.contiguous() for name, value in network.state_dict().items()})


def from_bytes(network: nn.Module, data: bytes) -> nn.Module:
    """Fill layers with weights, and make them ready to be asked.

    Raises
    ------
    ModelError
        The bytes are no weights, or those of other layers.
    """
    try:
        network.load_state_dict(load(data))
    except (SafetensorError, RuntimeError) as error:
        raise ModelError(f"not the weights of this {type(network).__name__}: {error}") from error
    return network.eval()
