"""Layers of a multilayer perceptron."""

from collections.abc import Sequence

from torch import Tensor, nn


class Perceptron(nn.Module):
    """Hidden layers, each linear, normalised, rectified and thinned out, and a linear head.

    Layer normalisation rather than batch normalisation: it treats every row alone, in training as in use, so
    that neither the other rows of a batch of 16, nor copies of them made by an augmentation, nor a batch of
    one at the end of an epoch have a say in what the network makes of a row.
    """

    def __init__(self, n_inputs: int, n_outputs: int, hidden_dims: Sequence[int], dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for n_before, n_units in zip([n_inputs, *hidden_dims[:-1]], hidden_dims, strict=True):
            layers += [nn.Linear(n_before, n_units), nn.LayerNorm(n_units), nn.ReLU(), nn.Dropout(dropout)]
        self.hidden = nn.Sequential(*layers)
        self.head = nn.Linear(hidden_dims[-1], n_outputs)

    def forward(self, rows: Tensor) -> Tensor:
        """Return outputs (n, n_outputs) for rows (n, f)."""
        return self.head(self.hidden(rows))
