# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=24 beside=yes machines=any group=native needs='core clang'
about='the same, compiled by clang'
asserts='the best set that the processor has'

run() { core_leg; }
