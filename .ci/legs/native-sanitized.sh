# shellcheck shell=bash disable=SC2016,SC2034,SC2154
order=22 beside=yes machines=any group=native needs='core'
about='the same with the address and undefined-behaviour sanitizers'
asserts='the best set that the processor has'

run() { core_leg; }
