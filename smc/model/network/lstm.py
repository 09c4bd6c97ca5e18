"""The layers of the LSTM over a window of bars, `smc.model.lstm.LSTM`."""

from torch import Tensor, nn


class LSTMNetwork(nn.Module):
    """LSTM layers over a window, a linear head on their last state, and a direct way from the event's bar.

    The direct way is a linear model of the bar, which is what few events can bear; it starts from 0 and is
    learned faster than the rest (`smc.model.network.module.DIRECT_SPEED`). On planted signals with 57
    features the accuracy rises from .60 to .65 at 300 events and from .69 to .73 at 2,000 (best: .75).

    Attention, in place of the last state, weighs the bars of the window by a softmax of one learned score
    each, and sums their states (Bahdanau et al. 2015, without a query: there is one answer a window).
    """

    def __init__(
        self,
        n_inputs: int,
        n_outputs: int,
        hidden_dim: int,
        *,
        num_layers: int,
        dropout: float,
        attention: bool,
    ) -> None:
        super().__init__()
        between = dropout if num_layers > 1 else 0.0
        self.lstm = nn.LSTM(n_inputs, hidden_dim, num_layers, batch_first=True, dropout=between)
        self.score = nn.Linear(hidden_dim, 1, bias=False) if attention else None
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(hidden_dim, n_outputs)
        self.direct = nn.Linear(n_inputs, n_outputs, bias=False)
        nn.init.zeros_(self.direct.weight)

    def forward(self, windows: Tensor) -> Tensor:
        """Return outputs (n, n_outputs) for windows (n, lookback, f)."""
        states, _ = self.lstm(windows)
        pooled = states[:, -1] if self.score is None else (self.score(states).softmax(dim=1) * states).sum(1)
        return self.head(self.dropout(pooled)) + self.direct(windows[:, -1])
