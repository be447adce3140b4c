# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# An emulator is five to nine times slower than this machine. Without W^X: the emulator does not see code change that is written through another mapping.
# Without the counters of tiered compilation, which cost a tenth. Left out: the scalar sets but for the golden runs (the managed one has no instructions of arm64; native-arm64 tests that of the C core), and of Managed.Tests what does not
# rest on arithmetic or files, and Cli.Tests.
order=27 beside=yes machines=x86_64 group=arm64 needs='dotnet core arm64 qemu-arm64'
simd=128 core=neon
about='kernels, engine, solvers, files and the golden run under qemu'
asserts='128 bits, `native-neon`'

run() {
  local project filter ssl=$work/arm64
  for project in Simd.Tests Managed.Tests; do
    start "$leg $project"
    core native-arm64
    once arm64-ssl unpack_ssl "$ssl"
    published_tests $project linux-arm64 artifacts/ctest/native-arm64/src/Native/libsubquad_core.so -p:PublishReadyToRun=true
    # Refusals of wrong calls compute nothing.
    filter="$(not_on scalar)&FullyQualifiedName!~Tests.Misuse"
    [ $project = Managed.Tests ] && filter="($filter&($numeric|FullyQualifiedName~Tests.Formats))|$golden_runs"
    step env DOTNET_EnableWriteXorExecute=0 DOTNET_TieredPGO=0 qemu-aarch64-static -L /usr/aarch64-linux-gnu -E LD_LIBRARY_PATH="$ssl/usr/lib/aarch64-linux-gnu" "artifacts/cross/linux-arm64/$project/$project" \
      --progress off --output Detailed --filter "$filter"
    finish_tests
  done
}

# The SSL library that .NET hashes with is not among the cross packages: unpacked from the other architecture's own, without telling the system of that architecture.
unpack_ssl() {
  local options=(-o APT::Architecture=arm64 -o APT::Architectures=arm64 -o Dir::State::lists="$1/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$1/cache" -o APT::Sandbox::User=root)
  step mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
  step env -C "$1" apt-get "${options[@]}" update
  step env -C "$1" apt-get "${options[@]}" download libssl3
  step bash -c "dpkg -x $1/libssl3_*.deb $1"
}
