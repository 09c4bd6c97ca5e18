"""Watch for steps that are out of proportion."""

from typing import Any

from smc.arguments import check_positive
from smc.fit_progress import FitProgress
from smc.monitor.warning import warning


class ExplodingGradients:
    """Warn when the norm of the gradient, before any clipping, is large.

    It never stops a fit, since clipping (`model.clip_norm`) bounds the step that is taken. Trees have no such
    gradient.

    Parameters
    ----------
    max_norm
        Largest norm that passes, over all weights together, of the worst step of an epoch. With scaled inputs
        and a mean loss per row it is about 1.

    >>> steep = FitProgress(iteration=2, max_iterations=9, gradient_norm=37.5)
    >>> ExplodingGradients().observe(steep)["value"], ExplodingGradients(max_norm=40).observe(steep)
    (37.5, None)
    """

    stops = False

    def __init__(self, max_norm: float = 10.0) -> None:
        check_positive("max_norm", max_norm)
        self.max_norm = max_norm

    def observe(self, progress: FitProgress) -> dict[str, Any] | None:
        """Return a warning if the norm is above the limit, or not a number."""
        norm = progress.gradient_norm
        if norm is None or norm <= self.max_norm:
            return None
        return warning(
            "exploding_gradients",
            iteration=progress.iteration,
            value=norm,
            threshold=self.max_norm,
            sentence=f"The gradient's norm is {norm:.4g} at iteration {progress.iteration}, the limit is "
            f"{self.max_norm:g}: a lower learning_rate, or model.clip_norm, keeps steps in proportion.",
        )
