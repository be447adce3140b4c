# shellcheck shell=bash disable=SC2034
# The golden runs tolerate 1e-4; the record tolerates nothing. A set without a section of the record is skipped by name.
order=42 machines=any group=default needs='dotnet core'
about='losses, active sets, weights, predictions and deltas of small runs, bit for bit, on 1 and 3 threads'
asserts='the bits of tests/Record/record, a section for each kernel set'

run() { counting_program Record compare; }
