# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The complete run: every kernel on every set, every length, at guard pages. The other legs of .NET tests leave out what cannot differ from this one.
order=10 machines=any group=default needs='dotnet core'
about='all .NET tests, by the test command of README'
asserts='the widest set that the processor promises, the best set of the C core'

run() {
  start "$leg"
  test_programs
  # shellcheck disable=SC2086 # the command is words
  build $test_command --output Detailed
  finish_tests
}
