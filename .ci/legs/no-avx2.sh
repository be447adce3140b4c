# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=52 beside=yes machines=x86_64 group=instructions needs='dotnet core'
simd=$without_avx2
about='the same with AVX2 switched off'
asserts='128 bits'

run() {
  if ! has avx2; then
    leave_out "this processor has no AVX2: the leg would repeat the default one"
    return
  fi
  # What the scalar set loses, its multiply-add, it loses in no-intrinsics too.
  switched_off_tests DOTNET_EnableAVX2=0 scalar
}
