#!/bin/sh
# Fuzzes what comes from outside with libFuzzer and the address sanitizer.
#   Tests/Fuzz/fuzz.sh wire|records|settings|model [SECONDS]     60 by default
#   Tests/Fuzz/fuzz.sh TARGET build     only builds; ECGD_FUZZ_BUILT=1 takes what was built
#   Tests/Fuzz/fuzz.sh TARGET keep      adds what was found and reaches new code to the kept corpus
# Begins with the corpus of Tests/Fuzz/Corpus; what it finds anew stays in build/fuzz.
set -eu
cd "$(dirname "$0")/../.."
target=$1
seconds=${2:-60}
out=build/fuzz/$target
corpus=Tests/Fuzz/Corpus/$target
mkdir -p "$out/corpus"
maps="-Xcc -fmodule-map-file=$PWD/Sources/CZlib/module.modulemap"
flags="-O -parse-as-library -wmo -sanitize=fuzzer,address -I $out"
features="-swift-version 6 -enable-upcoming-feature MemberImportVisibility"
features="$features -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature ExistentialAny"

module() {  # NAME SOURCES...: they become a module
  name=$1; shift
  # shellcheck disable=SC2086
  swiftc $flags $features $maps -module-name "$name" -emit-module \
    -emit-module-path "$out/$name.swiftmodule" -c "$@" -o "$out/$name.o"
  objects="${objects:-} $out/$name.o"
}
sources() { find "$@" -name '*.swift'; }

# shellcheck disable=SC2046
build() {
  module ECGCore $(sources Sources/ECGCore)
  case $target in
    wire)
      module ECGAlarm $(sources Sources/ECGAlarm)
      module ECGWire $(sources Sources/ECGWire)
      part=Wire libraries="" ;;
    records)
      module ECGRecords $(sources Sources/ECGRecords)
      part=Records libraries=-lz ;;
    settings)
      module ECGAlarm $(sources Sources/ECGAlarm)
      module ECGWire $(sources Sources/ECGWire)
      maps="$maps -Xcc -fmodule-map-file=$PWD/Sources/CZeroMQ/module.modulemap"
      module ZeroMQ $(sources Sources/ZeroMQ)
      yaml
      module ECGMonitor $(sources Sources/ECGMonitor/Configuration) Sources/ECGMonitor/Keys/AuthorizedKey*.swift \
        Sources/ECGMonitor/Keys/StreamPattern.swift Sources/ECGMonitor/Keys/SecretKeyFile.swift
      part=Settings libraries=-lzmq ;;
    model)
      printf 'module CLSTMKernels { header "%s" export * }\n' \
        "$PWD/Sources/CLSTMKernels/include/LSTMKernels.h" > "$out/kernels.modulemap"
      maps="$maps -Xcc -fmodule-map-file=$out/kernels.modulemap"
      for kernel in AVX2 AVX512 NEON; do
        clang -O2 -std=c11 -ISources/CLSTMKernels/include -c "Sources/CLSTMKernels/Kernel$kernel.c" -o "$out/$kernel.o"
        objects="${objects:-} $out/$kernel.o"
      done
      module ECGModel $(sources Sources/ECGModel)
      part=Model libraries="" ;;
    *) echo "fuzz.sh wire|records|settings|model [SECONDS]" >&2; exit 64 ;;
  esac
  # shellcheck disable=SC2086
  swiftc $flags $features $maps -D "FUZZ_$(echo "$target" | tr a-z A-Z)" -module-name Fuzz Tests/Fuzz/Entry.swift \
    "Tests/Fuzz/Targets/Fuzz$part.swift" $objects $libraries -o "$out/fuzz"
}

# Yams as the package manager fetched it, with its own language mode.
yaml() {
  [ -d .build/checkouts/Yams ] || swift package resolve
  yams=.build/checkouts/Yams/Sources
  for source in "$yams"/CYaml/src/*.c; do
    object=$out/$(basename "$source" .c).o
    clang -O2 -fsanitize=address,fuzzer-no-link -I"$yams/CYaml/include" -DYAML_DECLARE_STATIC \
      -c "$source" -o "$object"
    objects="$objects $object"
  done
  maps="$maps -Xcc -fmodule-map-file=$PWD/$yams/CYaml/include/module.modulemap"
  # shellcheck disable=SC2046,SC2086
  swiftc $flags $maps -swift-version 5 -D SWIFT_PACKAGE -suppress-warnings -module-name Yams -emit-module \
    -emit-module-path "$out/Yams.swiftmodule" -c $(sources "$yams/Yams") -o "$out/Yams.o"
  objects="$objects $out/Yams.o"
}

run() {
  SWIFT_BACKTRACE=enable=no "$out/fuzz" -rss_limit_mb=2048 -timeout=20 "$@"
}

if [ "$seconds" = keep ]; then
  # The small ones say enough, and one for each piece of code.
  run -max_len=2048 -use_counters=0 -set_cover_merge=1 "$corpus" "$out/corpus"
  exit
fi
[ -n "${ECGD_FUZZ_BUILT:-}" ] || build
[ "$seconds" != build ] || exit 0
# The words of the configuration, for a fuzzer that would have to guess them.
grep -ohE '\b[a-zA-Z]{3,}\b' Config/*.yaml Documentation/Keys.md | sort -u | sed 's/.*/"&"/' > "$out/words"
[ "$target" = model ] && cp Tests/ECGModelTests/Golden/*.safetensors "$out/corpus/"
[ "$target" = settings ] && set -- -dict="$out/words" || set --
mkdir -p "$corpus"
run -max_len=70000 -max_total_time="$seconds" -len_control=20 -artifact_prefix="$out/" -print_final_stats=1 "$@" \
  "$out/corpus" "$corpus"
