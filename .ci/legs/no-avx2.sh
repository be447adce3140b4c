# shellcheck shell=bash disable=SC2034
order=52 machines=x86_64 group=instructions needs='dotnet core'
simd=$without_avx2
about='the same with AVX2 switched off'
asserts='128 bits'

run() {
  if ! has avx2; then
    leave_out "this processor has no AVX2: the leg would repeat the default one"
    return
  fi
  switched_off_tests DOTNET_EnableAVX2=0
}
