# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=84 machines=x86_64 group=default needs='dotnet core'
about='the same for x86-64-v4'
asserts='`simd512`, the C core beside it'

run() { aot_leg x86-64-v4 simd512 avx512f avx512bw avx512vl; }
