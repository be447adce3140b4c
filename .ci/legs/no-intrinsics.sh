# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=54 beside=yes machines=x86_64 group=instructions needs='dotnet core'
simd=none
about='the same with all instruction sets switched off'
asserts='no vectors'

run() {
  switched_off_tests DOTNET_EnableHWIntrinsic=0
}
