# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The library for programs without a runtime, and the programs in C that use it: a test each. Its interface does not show which neurons fire: the golden runs compiled for the same level do.
order=72 machines=any group=default needs='dotnet core'
about='C programs that train through the library compiled ahead of time, one of them a golden run; the golden runs compiled for its level'
asserts='the width of its level, the C core beside it'

run() {
  local folder=$work/embed level=default kernels=simd128
  [ "$(uname -m)" = x86_64 ] && level=x86-64-v3 kernels=simd256
  start "$leg"
  # shellcheck disable=SC2086 # the command is words
  limit=600 build $embed_command -o "$folder/lib"
  no_symbols "$folder/lib"
  step cmake -S tests/Embedding.Tests -B "$folder/build" -DSUBQUAD_TRAIN="$folder/lib"
  step cmake --build "$folder/build"
  limit=600 step env EXPECT_KERNELS=$kernels ctest --test-dir "$folder/build" --output-on-failure --no-tests=error
  finish_ctest
  golden $level $kernels
}
