"""What both networks keep: epochs, callbacks, generators, interrupts, silence."""

import importlib
import os
import random
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch
from pytorch_lightning import Trainer
from torch import nn

from smc.errors import ModelError, NotFiniteError
from smc.model.lstm import LSTM
from smc.model.mlp import MLP

SMALL = {MLP: {"hidden_dims": [12]}, LSTM: {"hidden_dim": 8, "lookback": 3}}
BOTH = pytest.mark.parametrize("cls", [MLP, LSTM])
N, CUT = 150, 110
#: Scores above are of class 1: fewer than half, so that the weight of a class matters.
LIMIT = 0.5


def rows(cls, n: int = N):
    """Inputs, and a score of which the first of four features is a part."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, 4) if cls is MLP else (n, 3, 4))
    return X, 2 * X.reshape(n, -1, 4)[:, -1, 0] + rng.logistic(size=n)


def fitted(cls, *, numbers: bool = False, callback=None, tail: bool = True, **params):
    X, score = rows(cls)
    y = score if numbers else (score > LIMIT).astype(int)
    model = cls(**{"max_epochs": 12, "learning_rate": 0.01, **SMALL[cls], **params})
    eval_set = (X[CUT:], y[CUT:]) if tail else None
    return model.fit(X[:CUT], y[:CUT], eval_set=eval_set, callback=callback)


def answers(model) -> np.ndarray:
    X, _ = rows(type(model))
    return model.predict_proba(X) if model.task_ == "classification" else model.predict(X)


def tail_losses(model) -> np.ndarray:
    """The loss of each row of the tail, in the units of the curves."""
    X, score = rows(type(model))
    if model.task_ == "regression":
        return (model.predict(X[CUT:]) - score[CUT:]) ** 2 / model.scale_**2
    return -np.log(model.predict_proba(X[CUT:])[np.arange(N - CUT), (score[CUT:] > LIMIT).astype(int)])


@pytest.mark.parametrize("numbers", [False, True])
@BOTH
def test_an_epoch_is_kept_if_it_gains_more_than_a_standard_error(cls, numbers):
    """Fits that end after one epoch, two, and so on tell the loss of each row after each epoch."""
    slow = {"numbers": numbers, "learning_rate": 0.003}
    model = fitted(cls, patience=4, max_epochs=80, **slow)
    n_epochs = len(model.curves_["val_loss"])
    each = [tail_losses(fitted(cls, max_epochs=1 + epoch, **slow)) for epoch in range(n_epochs)]
    np.testing.assert_allclose(model.curves_["val_loss"], np.mean(each, axis=1), rtol=1e-5)
    kept = 0
    for epoch in range(1, n_epochs):
        gain = each[kept] - each[epoch]
        kept = epoch if gain.mean() > gain.std() / np.sqrt(N - CUT) else kept
    assert model.n_rounds_ == kept + 1 == n_epochs - 4
    assert n_epochs > 6

    X, score = rows(cls)
    fixed = cls(**SMALL[cls], learning_rate=0.003).with_rounds(model.n_rounds_)
    assert (fixed.max_epochs, fixed.patience, fixed.stops_early) == (model.n_rounds_, None, False)
    y = score if numbers else (score > LIMIT).astype(int)
    np.testing.assert_array_equal(answers(fixed.fit(X[:CUT], y[:CUT])), answers(model))


@BOTH
def test_a_tail_that_is_only_looked_at_changes_nothing(cls):
    np.testing.assert_array_equal(
        answers(fitted(cls, dropout=0.3)), answers(fitted(cls, dropout=0.3, tail=False))
    )


@BOTH
def test_patience_without_rows_to_watch_is_refused(cls):
    with pytest.raises(ModelError, match="patience=5 needs rows to watch"):
        fitted(cls, patience=5, tail=False)


@BOTH
def test_a_callback_that_listens_changes_nothing_whatever_it_draws(cls):
    def listen(progress):
        torch.rand(3), np.random.rand(3), random.random()

    assert (
        answers(fitted(cls, dropout=0.3, callback=listen)).tobytes()
        == answers(fitted(cls, dropout=0.3)).tobytes()
    )


@BOTH
def test_a_callback_is_told_each_epoch_and_stops_the_fit(cls):
    told = []

    def watch(progress):
        told.append(progress)
        return "enough" if progress.iteration == 4 else None

    model = fitted(cls, callback=watch, patience=10)
    assert model.stop_reason_ == "enough"
    assert [each.iteration for each in told] == model.curves_["iteration"] == [0, 1, 2, 3, 4]
    assert model.curves_["val_loss"][model.n_rounds_ - 1] == min(model.curves_["val_loss"][: model.n_rounds_])
    assert {each.max_iterations for each in told} == {12}
    assert all(each.seconds > 0 and each.gradient_norm > 0 for each in told)
    assert told[0].constant_loss == pytest.approx(np.log(2), abs=0.05)
    assert told[-1].val_loss < told[-1].constant_loss
    assert fitted(cls).stop_reason_ is None


@BOTH
def test_the_programs_own_generators_and_threads_are_left_alone(cls):
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    expected = torch.rand(1).item(), np.random.rand(), random.random()
    torch.manual_seed(5), np.random.seed(5), random.seed(5)
    torch.set_num_threads(2)
    fitted(cls, dropout=0.5, max_epochs=2)
    assert torch.get_num_threads() == 2
    assert (torch.rand(1).item(), np.random.rand(), random.random()) == expected
    torch.set_num_threads(1)


@BOTH
def test_the_programs_seed_does_not_matter_and_the_models_does(cls):
    torch.manual_seed(1)
    first = answers(fitted(cls, dropout=0.5))
    torch.manual_seed(2)
    assert answers(fitted(cls, dropout=0.5)).tobytes() == first.tobytes()
    assert answers(fitted(cls, dropout=0.5, seed=1)).tobytes() != first.tobytes()


@BOTH
def test_ctrl_c_keeps_the_best_so_far_and_a_second_one_ends_the_program(cls, recwarn):
    def press(progress):
        for _ in range(presses if progress.iteration == 3 else 0):
            os.kill(os.getpid(), signal.SIGINT)

    presses = 1
    model = fitted(cls, callback=press)
    assert (model.stop_reason_, model.n_rounds_) == ("interrupted", 4)
    np.testing.assert_array_equal(answers(model), answers(fitted(cls, max_epochs=4)))
    presses = 2
    with pytest.raises(KeyboardInterrupt):
        fitted(cls, callback=press)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_that_a_program_takes_for_ctrl_c_keeps_the_best_so_far(number):
    def press(progress):
        if progress.iteration == 3:
            os.kill(os.getpid(), number)

    before = signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        model = fitted(MLP, callback=press)
    finally:
        signal.signal(number, before)
    assert (model.stop_reason_, model.n_rounds_) == ("interrupted", 4)


def test_a_slurm_job_changes_nothing_and_takes_over_no_signal(monkeypatch):
    alone = answers(fitted(MLP))
    for name, value in {"NTASKS": "4", "JOB_ID": "9", "JOB_NAME": "sweep", "PROCID": "0"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    seen = []
    model = fitted(MLP, callback=lambda _: seen.append(signal.getsignal(signal.SIGUSR1)))
    assert answers(model).tobytes() == alone.tobytes()
    assert set(seen) == {signal.SIG_DFL}


def test_a_program_that_handles_ctrl_c_itself_keeps_its_way():
    caught = []
    before = signal.signal(signal.SIGINT, lambda *_: caught.append(1))
    try:
        model = fitted(MLP, callback=lambda _: os.kill(os.getpid(), signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(caught) == model.n_rounds_ == 12


@pytest.mark.parametrize("first_bad", [1, 60])
@BOTH
def test_weights_that_are_not_finite_are_never_kept(cls, first_bad, monkeypatch):
    """Plant NaN in the outputs from some training step on: 7 steps an epoch."""

    class Failing(nn.Module):
        def __init__(self, inner):
            super().__init__()
            self.inner, self.head, self.n_steps = inner, inner.head, 0

        def forward(self, inputs):
            self.n_steps += self.training
            outputs = self.inner(inputs)
            return outputs * np.nan if self.n_steps >= first_bad and self.training else outputs

    layers = cls._layers
    monkeypatch.setattr(cls, "_layers", lambda *given: Failing(layers(*given)))
    if first_bad == 1:
        with pytest.raises(NotFiniteError, match=r"not finite .*: lower learning_rate, or weight_decay"):
            fitted(cls, batch_size=16)
        return
    model = fitted(cls, batch_size=16)
    assert (model.stop_reason_, model.n_rounds_) == ("nan_loss", 8)
    assert np.isnan(model.curves_["train_loss"][8])
    assert np.isfinite(answers(model)).all()


@BOTH
def test_extreme_inputs_are_taken_for_large_ones(cls):
    X, score = rows(cls)
    X[:3] = 1e200
    model = cls(**SMALL[cls], max_epochs=3).fit(X, score > 0)
    assert np.isfinite(model.predict_proba(-X)).all()


@BOTH
def test_several_steps_ahead_are_learned_each(cls):
    X, score = rows(cls)
    y = np.column_stack([score, 100 - 50 * score])
    model = cls(**SMALL[cls], max_epochs=40, learning_rate=0.01).fit(X[:CUT], y[:CUT], eval_set=(X, y))
    predicted = model.predict(X)
    assert predicted.shape == y.shape
    for step in (0, 1):
        assert np.corrcoef(predicted[:, step], y[:, step])[0, 1] > 0.6
    assert model.score(X, y) > 0.4
    one = cls(**SMALL[cls], max_epochs=2).fit(X, y[:, :1])
    assert one.predict(X).shape == (N, 1)


@BOTH
def test_every_argument_changes_the_fit(cls):
    usual = answers(fitted(cls, patience=3, weight_decay=0.01))
    changes = {
        "dropout": 0.5,
        "weight_decay": 50.0,
        "label_smoothing": 0.3,
        "class_weight": "balanced",
        "clip_norm": 0.01,
        "batch_size": 7,
        "learning_rate": 0.1,
        "max_epochs": 1,
        "precision": "bf16",
        "hidden_dims": [12, 4],
        "hidden_dim": 5,
        "num_layers": 2,
        "attention": True,
    }
    for name in changes.keys() & cls().get_params().keys():
        changed = fitted(cls, **{"patience": 3, "weight_decay": 0.01, name: changes[name]})
        assert answers(changed).tobytes() != usual.tobytes(), name
    waiting, at_once = (fitted(cls, patience=epochs, learning_rate=0.1) for epochs in (4, 1))
    assert len(at_once.curves_["val_loss"]) < len(waiting.curves_["val_loss"])


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ({"dropout": 1.0}, r"`dropout` must lie in \[0, 1\), got 1.0"),
        ({"label_smoothing": -0.1}, r"`label_smoothing` must lie in \[0, 1\)"),
        ({"batch_size": 0}, "`batch_size` must be positive, got 0"),
        ({"max_epochs": 0}, "`max_epochs` must be positive"),
        ({"learning_rate": 0.0}, "`learning_rate` must be positive"),
        ({"weight_decay": -1.0}, "`weight_decay` must not be negative"),
        ({"patience": 0}, "`patience` must be positive"),
        ({"clip_norm": 0.0}, "`clip_norm` must be positive"),
        ({"class_weight": "even"}, "`class_weight` must be one of None, balanced"),
        ({"device": "gpu"}, "`device` must be one of cpu, cuda"),
        ({"precision": "16"}, "`precision` must be one of 32, bf16"),
        ({"devices": 0}, "`devices` must be positive"),
    ],
)
@BOTH
def test_arguments_are_checked_where_they_are_given(cls, argument, message):
    with pytest.raises(ValueError, match=message):
        cls(**argument)


@BOTH
def test_labels_that_are_smoothed_keep_probabilities_off_the_ends(cls):
    sharp = answers(fitted(cls, max_epochs=100)).max(axis=1)
    smooth = answers(fitted(cls, max_epochs=100, label_smoothing=0.4)).max(axis=1)
    assert np.mean(smooth) < np.mean(sharp)
    assert np.median(smooth) < 0.88


@BOTH
def test_balanced_classes_have_the_same_say(cls):
    X, _ = rows(cls, 600)
    y = np.random.default_rng(1).random(600) < 0.1
    model = cls(**SMALL[cls], max_epochs=2, class_weight="balanced").fit(X, y)
    assert model.predict_proba(X)[:, 1].mean() == pytest.approx(0.5, abs=0.1)
    assert cls(**SMALL[cls], max_epochs=2).fit(X, y).predict_proba(X)[:, 1].mean() == pytest.approx(
        0.1, abs=0.05
    )


@BOTH
def test_the_feature_that_matters_leads_the_importances(cls):
    X, score = rows(cls)
    X[..., 3] = 7.0
    model = cls(**SMALL[cls], max_epochs=30, learning_rate=0.01).fit(X, score > 0)
    assert model.feature_importances_.argmax() == 0
    assert model.feature_importances_[3] == 0.0
    assert model.feature_importances_.sum() == pytest.approx(1.0)


@BOTH
def test_a_fit_says_nothing_and_leaves_nothing(cls, capfd, tmp_path, monkeypatch, recwarn):
    monkeypatch.chdir(tmp_path)
    answers(fitted(cls, patience=3))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
    assert [str(each.message) for each in recwarn] == []


@BOTH
def test_a_fit_without_the_device_is_refused_in_a_line(cls):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(
        ModelError, match=r"device=cuda with devices=1, but PyTorch .* sees 0: use trainer=cpu"
    ):
        fitted(cls, device="cuda")
    with pytest.raises(ModelError, match="devices=4"):
        cls(device="cuda", devices=4).check_devices()
    cls(device="cpu", devices=4).check_devices()


@BOTH
def test_a_checkpoint_holds_weights_and_plain_numbers_only(cls, tmp_path):
    """As Lightning writes it: it must load with `weights_only=True`, and give the module back."""
    from smc.model.network import training
    from smc.model.network.module import NetworkModule

    kept = []

    class Keeping(Trainer):
        def fit(self, model, *given):
            super().fit(model, *given)
            self.save_checkpoint(tmp_path / "last.ckpt")
            kept.append(model)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training.pytorch_lightning, "Trainer", Keeping)
        model = fitted(cls, patience=3)
    state = torch.load(tmp_path / "last.ckpt", weights_only=True)["state_dict"]
    (module,) = kept
    again = NetworkModule(
        model._new_network(),
        module.objective,
        module.schedule,
        rounds=training.Rounds(1, None),
        outputs=module.outputs,
    )
    again.load_state_dict(state)
    assert again.rounds.n_kept == model.n_rounds_
    assert again.rounds.course == module.rounds.course
    for name, value in model.network_.state_dict().items():
        assert torch.equal(again.network.state_dict()[name], value)


@BOTH
def test_bf16_gives_nearly_the_same(cls):
    exact, rough = answers(fitted(cls)), answers(fitted(cls, precision="bf16"))
    assert rough.tobytes() != exact.tobytes()
    np.testing.assert_allclose(rough, exact, atol=0.05)


TWO_DEVICES = """
import numpy as np
from smc.model.{module} import {name}

class Watch:
    def __init__(self): self.told = []
    def __call__(self, progress):
        self.told.append(progress.iteration)
        return "enough" if progress.iteration == 4 else None

if __name__ == "__main__":
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 4) if "{name}" == "MLP" else (120, 3, 4))
    y = X.reshape(120, -1, 4)[:, -1, 0] + 0.5 * rng.normal(size=120) > 0
    def fit(devices):
        watch = Watch()
        model = {name}(**{params}, max_epochs=9, patience=20, batch_size=20, learning_rate=0.01, devices=devices)
        model.fit(X[:100], y[:100], eval_set=(X[100:], y[100:]), callback=watch)
        assert watch.told == [0, 1, 2, 3, 4], watch.told
        assert model.stop_reason_ == "enough" and len(model.curves_["val_loss"]) == 5
        return model.predict_proba(X)
    one, two = fit(1), fit(2)
    assert not np.array_equal(one, two)
    assert np.abs(one - two).max() < 1e-3, np.abs(one - two).max()
"""


@pytest.mark.slow
@BOTH
def test_two_processes_share_the_batches_and_agree_with_one(cls, tmp_path):
    script = tmp_path / "two.py"
    name = cls.__name__
    script.write_text(TWO_DEVICES.format(module=name.lower(), name=name, params=SMALL[cls]))
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["smc.model.lstm", "smc.model.mlp", "smc.pipeline", "smc.windows"])
def test_pytorch_is_imported_when_it_is_needed(module):
    script = f"import sys, {module}; print({{'torch', 'pytorch_lightning'}} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert importlib.import_module(module)
