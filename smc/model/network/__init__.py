"""What the networks share: layers, batches, the fit through Lightning, answers."""
