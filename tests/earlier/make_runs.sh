#!/usr/bin/env bash
# Make small runs of every model on simulated markets, with the ledger and the selection over them:
#   tests/earlier/make_runs.sh FOLDER
# Run it with the version installed whose runs are to be kept; FOLDER/outputs is what test_earlier_runs.py reads.
set -euo pipefail
mkdir -p "$1" && cd "$1"
train() {
    python -m smc.train "$@" data=simulated data.n_symbols=2 data.n_bars=2500 events.last=120 reg=tiny \
        reg.random_forest.n_estimators=10 reg.xgboost.n_estimators=20 reg.lightgbm.n_estimators=20 \
        reg.mlp.max_epochs=8 reg.lstm.max_epochs=8 || exit 1
}
for model in baseline logistic random_forest xgboost lightgbm mlp lstm averaging voting blending stacking dynamic regime; do
    train model="$model" symbol=S01
done
train model=logistic symbol=S02
train model=logistic symbol=S01 seed=1
train model=logistic symbol=[S01,S02]
train model=xgboost symbol=S01 cv=cpcv cv.n_blocks=4 aug=aggressive
train model=lightgbm symbol=S01 calibrate=sigmoid calibrate.part_frac=0.3 feature_selection=gain cv=purged_kfold cv.n_splits=4 aug=smote
train model=logistic symbol=S02 evaluation.test=sealed aug=none
train model=random_forest symbol=S01 labels=forward_return 'labels.horizon=[1,5]' monitor=none
train model=xgboost symbol=S02 labels=forward_return sample_weight=none final=train
python -m smc.select
cd outputs && rm -rf cache hydra locks reports staging report.html
sed -i 's/"host": "[^"]*"/"host": "localhost"/' status/*.json
