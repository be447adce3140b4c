# shellcheck shell=bash disable=SC2034
# Wrong and untimely calls by safe code. A process of its own, for what it looks for ends processes. Optimized and with contracts, half a minute each.
order=45 machines=any group=default needs='dotnet core'
about='random calls of every public type from eight threads at once, in Release and in Debug'
asserts='no crash, no hang, no leak, no exception but those that a wrong call may end in'

run() {
  counting_program Misuse --seconds 30
  start "$leg debug"
  build dotnet build -c Debug tests/Misuse -p:ArtifactsPath="$root/artifacts/debug" -p:NativeStage="$root/artifacts/native"
  step artifacts/debug/bin/Misuse/debug/Misuse --seconds 30 --seed 2
  finish_tests
}
