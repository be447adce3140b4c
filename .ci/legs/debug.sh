# shellcheck shell=bash disable=SC2034
order=90 machines=any group=debug needs='dotnet core'
about='what Debug adds: assertions, contracts, checked arithmetic'
asserts='the widest set that the processor promises, the best set of the C core'

run() {
  start "$leg"
  # shellcheck disable=SC2086 # the command is words
  build ${test_command/Release/Debug}
  finish_tests
}
