# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The sets of the C core, called by the .NET tests on memory that the sanitizers watch. What the runtime leaves behind at its end is ignored.
order=42 beside=yes machines=any group=native needs='dotnet core'
about='the kernel tests on the sets of a sanitized C core'
asserts='the C core is there'

run() {
  local programs=$logs/sanitized
  start "$leg"
  test_programs
  core native-sanitized
  step rm -rf "$programs"
  step cp -r "$logs/programs/Simd.Tests" "$programs"
  step cp artifacts/ctest/native-sanitized/src/Native/libsubquad_core.so "$programs"
  step env LD_PRELOAD="$(cc -print-file-name=libasan.so)" ASAN_OPTIONS=detect_leaks=0:handle_segv=0:use_sigaltstack=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    dotnet "$programs/Simd.Tests.dll" --filter 'FullyQualifiedName~native|FullyQualifiedName~Interop'
  finish_tests
}
