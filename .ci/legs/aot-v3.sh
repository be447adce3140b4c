# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=82 machines=x86_64 group=default needs='dotnet core'
about='the default training by the command compiled ahead of time for x86-64-v3, and the golden runs so compiled'
asserts='`simd256`, the C core beside it'

run() { aot_leg x86-64-v3 simd256 avx2 fma; }
