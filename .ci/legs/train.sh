# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# The main job in an empty folder, as a new user runs it; the command published as plainly then inspects what it left.
order=44 machines=any group=default needs='dotnet core'
about='the default training in an empty folder: losses and test accuracy'
asserts='the widest set that the processor promises, the C core beside a published command'

run() {
  local folder=$work/train
  mkdir "$folder"
  start "$leg"
  # shellcheck disable=SC2086 # the command is words
  build env -C "$folder" ${train_command/src/$root/src}
  build dotnet publish -c Release src/Cli -o "$folder/bin"
  step env -C "$folder" bin/Subquad.Cli inspect subquad-model.safetensors --kernels
  trained "$simd_best"
}
