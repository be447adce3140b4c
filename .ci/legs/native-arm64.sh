# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=28 beside=yes machines=x86_64 group=native needs='core arm64 qemu-arm64'
about='the tests of the C core, cross-compiled, under qemu'
asserts='`neon`'

run() { core_leg; }
