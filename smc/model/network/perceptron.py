"""Layers of a multilayer perceptron."""

from collections.abc import Sequence

from torch import Tensor, nn


class Perceptron(nn.Module):
    """Hidden layers, each linear, normalised and rectified, and a linear head; dropout before each layer.

    Dropout also works on the inputs: at 300 events with 57 features it narrows the gap to training from .22
    to .20 and halves the excess of the log-loss over that of a tuned logistic regression.

    Layer normalisation rather than batch normalisation: it treats every row alone, in training as in use, so
    that neither the other rows of a batch of 16, nor copies of them made by an augmentation, nor a batch of
    one at the end of an epoch have a say in what the network makes of a row.
    """

    def __init__(self, n_inputs: int, n_outputs: int, hidden_dims: Sequence[int], dropout: float) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.Dropout(dropout)]
        for n_before, n_units in zip([n_inputs, *hidden_dims[:-1]], hidden_dims, strict=True):
            layers += [nn.Linear(n_before, n_units), nn.LayerNorm(n_units), nn.ReLU(), nn.Dropout(dropout)]
        self.hidden = nn.Sequential(*layers)
        self.head = nn.Linear(hidden_dims[-1], n_outputs)

    def forward(self, rows: Tensor) -> Tensor:
        """Return outputs (n, n_outputs) for rows (n, f)."""
        return self.head(self.hidden(rows))
