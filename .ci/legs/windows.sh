# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Wine shows .NET no AVX-512; the C core asks the processor itself. Compiled by the JIT, for code compiled ahead asks the C library to fuse, and wine's does not keep the sign of a zero.
# Left out: the lesser sets but for the golden runs. What Windows changes is files, memory, threads, the calling convention and the C core as a dll; the kernels of all widths are tested in the default leg, and the scalar set
# of the dll in native-windows.
order=60 machines=x86_64 group=windows needs='dotnet core mingw wine'
simd=256
about='the .NET tests of a Windows publish under wine, on the best set of either kind'
asserts='256 bits (wine shows no more), the C core as a dll'

run() {
  local project
  for project in Simd.Tests Managed.Tests Cli.Tests; do
    start "$leg $project"
    core native-windows
    published_tests $project win-x64 artifacts/ctest/native-windows/src/Native/subquad_core.dll
    # shellcheck disable=SC2086 # words
    step wine "artifacts/cross/win-x64/$project/$project.exe" --progress off --output Detailed --filter "($(not_on $lesser_sets))|$golden_runs"
    finish_tests
  done
}
