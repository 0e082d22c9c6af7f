#!/bin/sh
# The whole test suite, and the programs that it runs, under a sanitizer of clang's.
#   Tests/sanitize.sh address|thread [FILTER]
# ECGD_SANITIZED tells the tests, for the few that a sanitizer cannot run: see where it is asked for.
set -eu
cd "$(dirname "$0")/.."
sanitizer=$1
filter=${2:-.}
scratch=.build-$sanitizer
export ECGD_SANITIZED=$sanitizer
# Swift's runtime keeps what it allocates for types; a crash is to be told, not taken apart for minutes.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1:suppressions=$PWD/Tests/sanitize-address.txt
export TSAN_OPTIONS=halt_on_error=1:abort_on_error=1:suppressions=$PWD/Tests/sanitize-thread.txt
export SWIFT_BACKTRACE=enable=no
swift build --build-tests --sanitize="$sanitizer" --scratch-path "$scratch"
swift test --skip-build --sanitize="$sanitizer" --scratch-path "$scratch" --filter "$filter"
