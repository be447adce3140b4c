# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=20 beside=yes machines=any group=native needs='core'
about='the tests of the C core, compiled by gcc'
asserts='the best set that the processor has'

run() { core_leg; }
