#!/usr/bin/env bash
# The reference sweep: every symbol of a data source x five models x two profiles, then the selection.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: ./multirun.sh [--output FOLDER] [override ...]

Fits logistic, random_forest, xgboost, mlp and lstm with reg=baseline and reg=strong on every symbol of the data,
one process a run, and then selects: python -m smc.select. Finished runs are skipped, so that the same command
goes on where it was ended. Overrides are those of python -m smc.train -m, and win over the sweep's own:

  ./multirun.sh                                            the bundled daily bars of two indices
  ./multirun.sh data=files data.root=bars 'data.pattern="{symbol}_H4_*.parquet"'
  ./multirun.sh symbol=EURUSD,GBPUSD model=xgboost         fewer of either
  ./multirun.sh retry=failed                               those that failed once more
  ./multirun.sh hydra.launcher.jobs=4 hydra.launcher.max_minutes=30

  --output FOLDER   where results go (default: outputs)
  PYTHON=python3.12 ./multirun.sh                          another interpreter (default: python)

Exit code: 0 every run finished, 1 some failed (the selection is made of the others), 2 a mistake in an
override, 3 too little free disk, 130 Ctrl-C.
TEXT
}

output=outputs
overrides=()
while (($#)); do
    case $1 in
    -h | --help)
        usage
        exit
        ;;
    --output)
        output=${2:?"--output needs a folder"}
        shift
        ;;
    --output=*) output=${1#*=} ;;
    *) overrides+=("$1") ;;
    esac
    shift
done

python=${PYTHON:-python}
code=0
"$python" -m smc.train -m hydra/launcher=processes "symbol=all" \
    "model=logistic,random_forest,xgboost,mlp,lstm" "reg=baseline,strong" \
    "paths.output=$output" ${overrides[@]+"${overrides[@]}"} || code=$?
if ((code > 1)); then
    exit "$code"
fi
judged=("paths.output=$output")
for override in ${overrides[@]+"${overrides[@]}"}; do
    [[ $override == ledger.url=* ]] && judged+=("$override")
done
"$python" -m smc.select "${judged[@]}" || code=$?
exit "$code"
