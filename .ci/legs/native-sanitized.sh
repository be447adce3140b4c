# shellcheck shell=bash disable=SC2034
order=22 beside=yes machines=any group=native needs='core'
about='the same with the address and undefined-behaviour sanitizers'
asserts='the best set that the processor has'

run() { core_leg; }
