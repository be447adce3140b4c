# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# What the machine code of the forward loop must look like: one test, which every width that the processor promises must be part of.
order=40 machines=x86_64 group=default needs='dotnet core'
about='a forward pass whose machine code is listed'
asserts='its eight multiply-adds read memory themselves, on 512 and 256 bits'

run() {
  local good=0 widths=simd256 width
  [ "$simd_best" = simd512 ] && widths='simd256 simd512'
  if ! has_all avx2 fma; then
    leave_out "this processor has neither width whose multiply-adds take memory operands"
    return
  fi
  start "$leg"
  build dotnet run -c Release --project perf/Kernels -- disassembly
  grep '^simd' "$log" | sed 's/^/   /'
  for width in $widths; do
    grep -q "^$width: .*: good" "$log" || status=1
  done
  [ "$status" -eq 0 ] && good=1
  finish "$good" 0 0
}
