#!/bin/sh
# Fuzzes what comes from outside with libFuzzer and the address sanitizer.
#   Tests/Fuzz/fuzz.sh wire|records|model [SECONDS]     60 by default
# Begins with the corpus of Tests/Fuzz/Corpus; what it finds anew stays in build/fuzz.
set -eu
cd "$(dirname "$0")/../.."
target=$1
seconds=${2:-60}
[ "$target" = model ] && exec Tests/Fuzz/model.sh "$seconds"
out=build/fuzz/$target
mkdir -p "$out/corpus"
flags="-O -parse-as-library -wmo -swift-version 6 -sanitize=fuzzer,address -I $out -enable-upcoming-feature MemberImportVisibility"
flags="$flags -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny"
module() {  # NAME [FLAGS]: its sources become a module
  name=$1; shift
  # shellcheck disable=SC2046,SC2086
  swiftc $flags "$@" -module-name "$name" -emit-module -emit-module-path "$out/$name.swiftmodule" \
    -c $(find "Sources/$name" -name '*.swift') -o "$out/$name.o"
}
module ECGCore
case $target in
  wire)
    module ECGAlarm
    module ECGWire
    objects="$out/ECGCore.o $out/ECGAlarm.o $out/ECGWire.o" libraries="" harness=WireFuzz ;;
  records)
    module ECGRecords -Xcc "-fmodule-map-file=$PWD/Sources/CZlib/module.modulemap"
    objects="$out/ECGCore.o $out/ECGRecords.o" libraries=-lz harness=RecordsFuzz ;;
  *) echo "fuzz.sh wire|records|model [SECONDS]" >&2; exit 64 ;;
esac
# shellcheck disable=SC2086
swiftc $flags -module-name Fuzz "Tests/Fuzz/$harness.swift" $objects $libraries \
  -Xcc "-fmodule-map-file=$PWD/Sources/CZlib/module.modulemap" -o "$out/fuzz"
SWIFT_BACKTRACE=enable=no "$out/fuzz" -max_total_time="$seconds" -max_len=70000 -len_control=20 \
  -rss_limit_mb=2048 -artifact_prefix="$out/" -print_final_stats=1 "$out/corpus" \
  "Tests/Fuzz/Corpus/$target"
