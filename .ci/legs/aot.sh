# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=80 machines=aarch64 group=default needs='dotnet core'
about='the default training by the command compiled ahead of time, and the golden runs so compiled'
asserts='the kernel set of the level, the C core beside it'

run() { aot_leg default simd128; }
