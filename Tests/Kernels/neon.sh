#!/bin/sh
# Builds the NEON kernel for 64-bit ARM and runs it, emulated where this machine is another: its
# states against double precision, single and half weights, every batch of 1 to 26 windows.
# Needs clang with lld (Swift's own do) and, elsewhere than on ARM, qemu-user-static.
set -eu
cd "$(dirname "$0")/../.."

toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$toolchain/clang" --target=aarch64-linux-gnu -std=c11 -O2 -Wall -ffreestanding -nostdlib -static \
  -fuse-ld=lld -DKERNEL=ecgd_kernel_neon -ISources/CLSTMKernels/include \
  Sources/CLSTMKernels/KernelNEON.c Tests/Kernels/kernels.c -o "$folder/kernels"

emulator=""
if [ "$(uname -m)" != aarch64 ]; then
  emulator=$(command -v qemu-aarch64-static || command -v qemu-aarch64 || true)
  [ -n "$emulator" ] || { echo "neon: skipped, as there is no qemu-user-static"; exit 77; }
fi
status=0
$emulator "$folder/kernels" || status=$?
case $status in
  0) echo "neon: within 1e-5 of double precision, the same bits in every batch" ;;
  *) echo "neon: failed with status $status (1, 16: inexact; 2, 32: a batch changes a window)" >&2
     exit 1 ;;
esac
