# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=50 beside=yes machines=x86_64 group=instructions needs='dotnet core'
simd=$without_avx512
about='what rests on the managed kernels, with AVX-512 switched off'
asserts='256 bits'

run() {
  if ! has avx512f; then
    leave_out "this processor has no AVX-512: the leg would repeat the default one"
    return
  fi
  # The scalar set has no AVX-512 to lose.
  switched_off_tests DOTNET_EnableAVX512=0 scalar
}
