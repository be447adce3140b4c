# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Which instruction set the C core takes on processors that this machine is not, and what it computes there.
order=26 beside=yes machines=x86_64 group=native needs='core qemu-x86_64'
about='the C core on emulated processors'
asserts='a Haswell takes `avx2`, a Nehalem `scalar`'

run() {
  local processor isa test good
  start "$leg"
  core native
  finish 0 0 0
  for processor in Haswell:avx2 Nehalem:scalar; do
    isa=${processor#*:} processor=${processor%:*}
    for test in "best $isa" api "$isa 5"; do
      start "$leg on $processor: $test"
      # shellcheck disable=SC2086 # the test is words
      step qemu-x86_64-static -cpu "$processor" artifacts/ctest/native/src/Native/tests/core_test $test
      [ "$status" -eq 0 ] && good=1 || good=0
      finish "$good" 0 0
    done
  done
}
