#!/bin/sh
# Installs what building and testing ecgd needs on Debian, if it is missing. Asks for sudo only
# where the caller is not root. Swift itself must be there already.
set -eu

# libcurl: what Foundation needs where the Swift runtime is linked statically, as in the package.
packages="libzmq3-dev libsystemd-dev libsqlite3-dev zlib1g-dev libcurl4-openssl-dev python3 python3-venv python3-pip"

missing=""
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done

if [ -n "$missing" ]; then
  echo "installing:$missing"
  as_root=""
  [ "$(id -u)" -eq 0 ] || as_root="sudo"
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi

if ! command -v swift >/dev/null; then
  echo "swift is not on the PATH: install Swift 6.3 from https://www.swift.org/install" >&2
  exit 69
fi
