# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What a Debug build adds: contracts of kernels and memory with the tests of these contracts, and checked arithmetic. It is compiled with optimization, which changes none of them, in folders of its own.
# Left out: the lesser sets but for the golden runs, whose checks are the same lines, and the tests of Architecture.Tests and Perf.Tests, which have none.
order=58 machines=any group=debug needs='dotnet core'
about='the tests of kernels, library and command in a Debug build, on the best set of either kind: contracts, checked arithmetic'
asserts='the widest set that the processor promises, the best set of the C core'

run() {
  local project
  for project in Simd.Tests Managed.Tests Cli.Tests; do
    start "$leg $project"
    build dotnet build -c Debug "tests/$project" -p:Optimize=true -p:ArtifactsPath="$root/artifacts/debug" -p:NativeStage="$root/artifacts/native"
    # shellcheck disable=SC2086 # words
    step "artifacts/debug/bin/$project/debug/$project" --progress off --output Detailed --filter "($(not_on $lesser_sets))|$golden_runs"
    finish_tests
  done
}
