#!/bin/sh
# Fuzzes the model reader with libFuzzer and the address sanitizer, from the golden models on.
#   Tests/Fuzz/model.sh [SECONDS]        60 by default; findings are left in build/fuzz
set -eu
cd "$(dirname "$0")/../.."
out=build/fuzz
mkdir -p "$out/corpus"
cat > "$out/module.modulemap" <<EOF
module CLSTMKernels { header "$PWD/Sources/CLSTMKernels/include/LSTMKernels.h" export * }
EOF
clang -O2 -std=c11 -ISources/CLSTMKernels/include -c Sources/CLSTMKernels/KernelAVX2.c -o "$out/avx2.o"
clang -O2 -std=c11 -ISources/CLSTMKernels/include -c Sources/CLSTMKernels/KernelAVX512.c -o "$out/avx512.o"
clang -O2 -std=c11 -ISources/CLSTMKernels/include -c Sources/CLSTMKernels/KernelNEON.c -o "$out/neon.o"
flags="-O -parse-as-library -wmo -sanitize=fuzzer,address -enable-upcoming-feature InternalImportsByDefault"
# shellcheck disable=SC2086
swiftc $flags -module-name ECGCore -emit-module -emit-module-path "$out/ECGCore.swiftmodule" \
  -c Sources/ECGCore/*.swift -o "$out/ECGCore.o"
# shellcheck disable=SC2046,SC2086
swiftc $flags -module-name ECGModel -I "$out" -Xcc "-fmodule-map-file=$out/module.modulemap" \
  $(find Sources/ECGModel -name '*.swift') Tests/Fuzz/ModelReaderFuzz.swift \
  "$out/ECGCore.o" "$out/avx2.o" "$out/avx512.o" "$out/neon.o" -o "$out/model-reader"
cp Tests/ECGModelTests/Golden/*.safetensors "$out/corpus/"
SWIFT_BACKTRACE=enable=no "$out/model-reader" -max_total_time="${1:-60}" -max_len=60000 \
  -rss_limit_mb=2048 -artifact_prefix="$out/" "$out/corpus"
