# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=30 beside=yes machines=x86_64 group=native needs='core mingw wine'
about='the tests of the C core, cross-compiled, under wine'
asserts='the best set that the processor has'

run() { core_leg; }
