# shellcheck shell=bash disable=SC2034,SC2154 # variables that legs set or use
# What the legs of .ci/legs share. .ci/run sources this file; it sets root (the repository), work (a folder that ends with the run) and logs (a folder that stays).

# The commands of README, docs/packages-and-aot.md and docs/c-api.md; an architecture test compares them.
test_command="dotnet test -c Release"
train_command="dotnet run -c Release --project src/Cli -- train"
# A level of instruction set follows; the page names the same command with one.
aot_command="dotnet publish -c Release src/Cli -p:Aot="
embed_command="dotnet publish -c Release src/Embedding"

# ---- the machine

has() { grep -qwm1 "$1" /proc/cpuinfo 2>/dev/null; }
has_all() {
  local feature
  for feature; do has "$feature" || return; done
}

# The best that this processor has: of the C core (cpu.c asks for the same) and of the managed sets (IsaExpectation.cs says why 512 bits are no promise without vbmi).
core_best=neon simd_best=simd128
# The width that must be left: what the switch leaves, or less on a lesser processor. The switches mean nothing to other architectures.
without_avx512=best without_avx2=best
if [ "$(uname -m)" = x86_64 ]; then
  core_best=scalar simd_best=scalar
  has sse4_2 && simd_best=simd128
  has_all avx2 fma bmi1 bmi2 && simd_best=simd256
  has_all avx2 fma popcnt bmi1 && core_best=avx2
  [ $core_best = avx2 ] && has_all avx512f avx512bw avx512vl && core_best=avx512
  [ $core_best = avx512 ] && has avx512_bf16 && core_best=avx512bf16
  if has_all avx512f avx512bw avx512cd avx512dq avx512vl; then
    { has avx512_vbmi || has avx512vbmi; } && simd_best=simd512 || simd_best='simd@(256|512)'
  fi
  has sse4_2 && without_avx2=128 || without_avx2=none
  has_all avx2 fma && without_avx512=256 || without_avx512=$without_avx2
fi

# ---- the list of legs

# A leg's file sets: order (small ones run first), machines (any, or the architecture that has the leg), group (its job of the workflow), needs (see need), about and asserts (its row of the table), and
# run, a function. It may set: simd and core (the width and the set of the C core that its tests must find, by default best); beside=yes, where its programs have one thread for most of the time.
load_leg() {
  leg=$1 simd=best core=best beside=no
  # shellcheck disable=SC1090
  . ".ci/legs/$leg.sh"
}

# legs_in_order MACHINE [FIELDS]: a line per leg of that architecture, or of all: order, leg, group, machines, about, asserts, or those fields of them that cut is to keep.
legs_in_order() {
  local file
  for file in .ci/legs/*.sh; do
    (
      load_leg "$(basename "$file" .sh)"
      if [ "$1" = all ] || [ "$machines" = any ] || [ "$machines" = "$1" ]; then
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$order" "$leg" "$group" "$machines" "$about" "$asserts"
      fi
    )
  done | sort -n | cut -f "${2:-2}"
}

# legs_that BESIDE LEG...: those of the legs that run beside others, or those that do not.
legs_that() {
  local name
  for name in "${@:2}"; do
    (load_leg "$name" && [ "$beside" = "$1" ] && echo "$name")
  done
}

list_legs() {
  local tab=$'\t' group name machines about asserts
  case "$1" in
    text) legs_in_order all 2-6 | column -t -s "$tab" ;;
    # A JSON array: the legs of each job of the workflow, those of this architecture.
    matrix) legs_in_order "$(uname -m)" 2,3 | awk -F '\t' '
      !($2 in legs) { groups[++n] = $2 }
      { legs[$2] = legs[$2] (legs[$2] == "" ? "" : " ") $1 }
      END { for (i = 1; i <= n; i++) printf "%s\"%s\"", (i > 1 ? ", " : "["), legs[groups[i]]; print "]" }' ;;
    table)
      printf '| leg | machines | what runs | what it asserts of the machine |\n| --- | --- | --- | --- |\n'
      legs_in_order all 2,4-6 | awk -F '\t' '{ printf "| `%s` | %s | %s | %s |\n", $1, $2, $3, $4 }'
      ;;
    *)
      echo "there is no list '$1'; expected matrix, table, or nothing" >&2
      return 2
      ;;
  esac
}

# ---- what a leg needs

# need WHAT...: installs what a leg needs and the machine lacks. What cannot be installed fails the leg that needs it.
need() {
  local what
  for what; do
    case "$what" in
      dotnet) package dotnet dotnet-sdk-10.0 ;;
      core)
        package cmake cmake
        package make make
        package cc gcc libc6-dev
        ;;
      clang) package clang clang ;;
      qemu-x86_64) package qemu-x86_64-static qemu-user-static ;;
      qemu-arm64) package qemu-aarch64-static qemu-user-static ;;
      arm64)
        package aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross
        package /usr/aarch64-linux-gnu/lib/libstdc++.so.6 libc6-arm64-cross libstdc++6-arm64-cross
        ;;
      mingw) package x86_64-w64-mingw32-gcc gcc-mingw-w64-x86-64 ;;
      # Wine with a folder of the leg, which ends with the run. Without W^X: the runtime's own double mappings crash under wine 8.
      wine)
        package wine wine wine64
        export WINEDEBUG=-all WINEARCH=win64 WINEPREFIX=$work/wine-$leg DOTNET_EnableWriteXorExecute=0
        timeout 120 wine wineboot -i >"$work/$leg.wine" 2>&1 || tail -n 5 "$work/$leg.wine"
        ;;
      *) echo "the leg $leg needs '$what', which .ci/lib.sh does not know" ;;
    esac
  done
}

# package PROBE PACKAGE...: the probe is a command or a file.
package() {
  local probe=$1
  shift
  (
    flock 9
    { command -v "$probe" || [ -e "$probe" ]; } >/dev/null && exit
    echo "installing $*"
    {
      [ -e "$work/updated" ] || { apt-get update && touch "$work/updated"; }
      apt-get install -y --no-install-recommends "$@"
    } >"$work/apt.log" 2>&1 9>&- || tail -n 5 "$work/apt.log"
  ) 9>"$work/apt.lock"
}

clean() {
  local prefix
  for prefix in "$work"/wine-*; do
    [ -d "$prefix" ] && WINEPREFIX=$prefix wineserver -k
  done
  rm -rf "$work"
}

# ---- a leg and its parts

# run_legs LEG...: those that nobody runs yet, one after another; each prints at its end.
run_legs() {
  local name
  for name; do
    mkdir "$work/leg-$name" 2>/dev/null || continue
    (run_leg "$name") >"$work/$name.out" 2>&1
    flock "$work/print" cat "$work/$name.out"
  done
}

# run_leg LEG: in a process of its own. A leg has one part or more; each has steps and is counted by itself.
run_leg() {
  local passed=0 failed=0 skipped=0 seconds=0 waited=0 cpu=0 left_out=no
  load_leg "$1"
  # Threads that wait for each other stand still while another leg has their processor: what runs beside takes little of it. At idle priority it would stop wherever something else keeps the machine busy.
  [ "$beside" = yes ] && [ "$at_once" -gt 1 ] && renice -n 10 -p $BASHPID >/dev/null
  export EXPECT_SIMD=$simd EXPECT_NATIVE=$core
  log=$work/$leg.log status=0
  : >"$logs/$leg.log"
  SECONDS=0
  # shellcheck disable=SC2086 # words
  need $needs
  run
  echo "$passed $failed $skipped $((SECONDS - waited)) $waited $cpu $left_out" >"$work/$leg.result"
}

# leave_out REASON: the leg has nothing to run on this machine.
leave_out() {
  echo "== $leg: skipped, $1"
  left_out=yes
}

# start PART: the steps that follow belong to it. A failed step ends its part.
start() {
  echo "== $1"
  part_begin=$SECONDS status=0
  : >"$log"
}

# step COMMAND...: into the log of the part. Nothing may hang for ever: test programs write a line per test (--output Detailed), so that the log names the one that hung. Programs that stay in memory must
# not keep a lock.
step() {
  [ "$status" -eq 0 ] || return
  echo "+ $*" >>"$log"
  timeout --kill-after=30 "${limit:-1800}" "$@" >>"$log" 2>&1 7>&- 8>&-
  status=$?
}

# locked NUMBER NAME: waits for the lock, which is held until the file of that number is closed.
locked() {
  local before=$SECONDS
  eval "exec $1>'$work/$2.lock'"
  flock "$1"
  waited=$((waited + SECONDS - before))
}

# build COMMAND...: a step that writes below artifacts/bin and artifacts/obj: one at a time over all legs.
build() {
  locked 8 build
  step "$@"
  exec 8>&-
}

# once NAME COMMAND...: a step, or a function of steps, that several legs share. The first leg does it; its failure is a failure of all. A function must not call once.
once() {
  local name=once-$1
  shift
  [ "$status" -eq 0 ] || return
  locked 7 "$name"
  [ -e "$work/$name" ] || logged "$work/$name.log" "$work/$name" "$@"
  exec 7>&-
  cat "$work/$name.log" >>"$log"
  status=$(cat "$work/$name")
}

logged() {
  local log=$1 stamp=$2
  : >"$log"
  "${@:3}"
  echo "$status" >"$stamp"
}

# finish PASSED FAILED SKIPPED: counts a part. One that died before it could count a failure counts as one. Test runners colour even a file where the environment says CI.
finish() {
  local part_passed=$1 part_failed=$2 part_skipped=$3 cpu_before=$cpu
  [ "$status" -ne 0 ] && [ "$part_failed" -eq 0 ] && part_failed=1
  passed=$((passed + part_passed)) failed=$((failed + part_failed)) skipped=$((skipped + part_skipped))
  # In this process, for another one would have children of its own. The second line is that of the commands that have ended.
  times >"$work/$leg.times"
  cpu=$(awk -F '[ms ]+' 'NR == 2 { printf "%d", $1 * 60 + $2 + $3 * 60 + $4 }' "$work/$leg.times")
  echo "   passed: $part_passed, failed: $part_failed, skipped: $part_skipped, exit code $status, $((SECONDS - part_begin)) s, cpu $((cpu - cpu_before)) s"
  sed -i 's/\x1b\[[0-9;]*m//g' "$log"
  cat "$log" >>"$logs/$leg.log"
  if [ "$part_failed" -ne 0 ]; then
    grep '^failed ' "$log" | head -n 50
    echo "   ---- the end of its output"
    tail -n 80 "$log"
  fi
}

# ---- tests

# summary WORD: the last number that the test run's summary gives for it. Windows ends lines its own way.
summary() { sed 's/\x1b\[[0-9;]*m//g' "$log" | sed -n "s/^ *$1: \([0-9][0-9]*\) *\r*\$/\1/p" | tail -n 1; }

# finish_tests: counts a test run by its own summary.
finish_tests() {
  local total
  total=$(summary total)
  [ -n "$total" ] || status=$((status == 0 ? 1 : status))
  # A test host that dies is an error of the run and no failed test.
  finish "$(summary succeeded | grep . || echo 0)" $(($(summary failed | grep . || echo 0) + $(summary error | grep . || echo 0))) "$(summary skipped | grep . || echo 0)"
  if [ -z "${SUBQUAD_DATA:-}" ]; then
    echo "   skipped because SUBQUAD_DATA is not set: $(awk '/^skipped / { getline; if (/SUBQUAD_DATA/) n++ } END { print n + 0 }' "$log")"
  fi
}

# tests PART COMMAND...: a part that is one test run.
tests() {
  start "$1"
  step "${@:2}"
  finish_tests
}

# test_programs: builds everything and copies the test programs, which legs then run under switches of their own while others build.
test_programs() { once programs build_test_programs; }
build_test_programs() {
  build bash -c "dotnet build -c Release && rm -rf $logs/programs && mkdir $logs/programs && cp -r artifacts/bin/Simd.Tests/release $logs/programs/Simd.Tests && cp -r artifacts/bin/Managed.Tests/release $logs/programs/Managed.Tests"
}

# test_program PROJECT FILTER [VARIABLE=VALUE...]: the test program of that project, all of its tests where the filter is empty.
test_program() {
  local project=$1 filter=$2
  start "$leg $project"
  test_programs
  step env "${@:3}" "$logs/programs/$project/$project" --progress off --output Detailed ${filter:+--filter "$filter"}
  finish_tests
}

# counting_program PROJECT ARGUMENT...: a program of tests/PROJECT that prints its counts as a test run does.
counting_program() {
  start "$leg"
  build dotnet build -c Release "tests/$1"
  step dotnet run --no-build -c Release --project "tests/$1" -- "${@:2}"
  finish_tests
}

# published_tests PROJECT RID LIBRARY [OPTION...]: steps that publish a test project with the runtime for another platform and put the C core beside it.
published_tests() {
  local project=$1 rid=$2 library=$3 folder=artifacts/cross/$2/$1
  step rm -rf "$folder"
  build dotnet publish "tests/$project" -c Release -r "$rid" --self-contained "${@:4}" -o "$folder"
  step cp "$library" "$folder/"
}

# ---- the C core

# build_core NAME [OPTION...]: the C core and its tests in artifacts/ctest/NAME. Anew, for a checkout that was moved would meet its old paths.
build_core() {
  local name=$1 folder=artifacts/ctest/$1
  shift
  step rm -rf "$folder"
  step cmake -S . -B "$folder" -DSUBQUAD_CORE_WERROR=ON "$@"
  step cmake --build "$folder" --parallel 2
}

# The builds that more than one leg uses: native, native-sanitized, native-arm64, native-windows. A core says which set must be its best when its tests are run.
core() {
  case "$1" in
    native) once "core-$1" build_core "$1" -DSUBQUAD_CORE_EXPECT="$core_best" ;;
    native-sanitized) once "core-$1" build_core "$1" -DSUBQUAD_CORE_EXPECT="$core_best" -DSUBQUAD_CORE_SANITIZE=ON ;;
    native-clang) once "core-$1" build_core "$1" -DSUBQUAD_CORE_EXPECT="$core_best" -DCMAKE_C_COMPILER=clang ;;
    native-arm64) once "core-$1" build_core "$1" -DSUBQUAD_CORE_EXPECT=neon --toolchain src/Native/cmake/aarch64-linux-gnu.cmake ;;
    native-windows) once "core-$1" build_core "$1" -DSUBQUAD_CORE_EXPECT="$core_best" --toolchain src/Native/cmake/x86_64-w64-mingw32.cmake ;;
  esac
}

# finish_ctest: counts a part by the summary of ctest.
finish_ctest() {
  local failed_tests total left
  read -r failed_tests total < <(sed -n 's/.* \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log")
  left=$(grep -c '\*\*\*Skipped' "$log")
  finish $((${total:-0} - ${failed_tests:-0} - left)) "${failed_tests:-0}" "$left"
}

# core_leg: the C core by itself, a test per instruction set; those that the processor lacks are skipped and say so, and the best one must be there.
core_leg() {
  start "$leg"
  core "$leg"
  step ctest --test-dir "artifacts/ctest/$leg" --output-on-failure --no-tests=error --parallel 2
  finish_ctest
}

# ---- the main job and the golden runs

least_accuracy=84
# The losses that the main job must print, within 1e-4 and half a unit of the last digit printed, while they are above a thousandth of the first: on every kernel set, compiled now or ahead.
# Rewritten once, when leave-one-out errors began to choose the damping: no tenth is held out since, and the loss is that of 4,000 rows.
main_losses="0.048192 0.016989 0.0094083 0.0063419"
same_losses() {
  local got
  got=$(sed -n 's/^step *[0-9]* *loss \([0-9.e-]*\) .*/\1/p' "$log" | tr '\n' ' ')
  echo "   losses: ${got:-none}, $main_losses wanted"
  awk -v got="$got" -v wanted="$main_losses" 'BEGIN {
    n = split(wanted, w, " ")
    if (split(got, g, " ") != n) exit 1
    for (i = 1; i <= n; i++) if (w[i] > w[1] / 1000 && (g[i] - w[i]) ^ 2 > (1.5e-4 * w[i]) ^ 2) exit 1
  }'
}

# trained KERNELS: finishes a part that did the main job and inspected what it left, on a kernel set of that name (a pattern): one test. The C core must lie beside the command.
trained() {
  local expected=$1 accuracy kernels good=0
  accuracy=$(sed -n 's/.*test accuracy \([0-9.]*\) %.*/\1/p' "$log" | tail -n 1)
  kernels=$(sed -n 's/^trained by: *kernels //p' "$log")
  echo "   test accuracy: ${accuracy:-none} %, at least $least_accuracy % wanted; trained by kernels ${kernels:-none}, $expected wanted"
  if [ "$status" -eq 0 ]; then
    # shellcheck disable=SC2053
    { [[ "$kernels" = $expected || "$kernels" = $expected+native-* ]] && grep -q '^C core: present' "$log" && same_losses && awk -v got="${accuracy:-0}" -v least="$least_accuracy" 'BEGIN { exit !(got >= least) }'; } && good=1 || status=1
  fi
  finish "$good" 0 0
}

# no_symbols FOLDER: a step that fails where what was compiled ahead has symbols of managed code beside it.
no_symbols() { step bash -c "! find '$1' -name '*.pdb' | grep ."; }

# golden LEVEL KERNELS: the golden runs compiled ahead of time, on all kernel sets: losses, and which neurons fire in the first forward pass. Once a level: the first leg that asks counts them.
golden() {
  local folder=$work/golden-$1
  mkdir "$folder" 2>/dev/null || return
  start "golden runs ahead of time, $1"
  limit=600 build dotnet publish -c Release tests/Golden -p:Aot="$1" -o "$folder"
  no_symbols "$folder"
  limit=600 step "$folder/Golden" "$2"
  finish_tests
}

# aot_leg LEVEL KERNELS [FEATURE...]: the command compiled ahead of time does the main job, on the kernel set that the level has. Skipped where the processor lacks a feature of the level.
aot_leg() {
  local level=$1 expected=$2 folder=$work/aot-$1 feature
  for feature in "${@:3}"; do
    if ! has "$feature"; then
      leave_out "this processor has no $feature"
      return
    fi
  done
  mkdir -p "$folder/run"
  start "$leg"
  # shellcheck disable=SC2086 # the command is words
  limit=600 build $aot_command$level -o "$folder/bin"
  no_symbols "$folder/bin"
  limit=600 step env -C "$folder/run" ../bin/Subquad.Cli train
  step env -C "$folder/run" ../bin/Subquad.Cli inspect subquad-model.safetensors --kernels
  trained "$expected"
  golden "$level" "$expected"
}

# Filters of tests, by the names of their fixtures and of the kernel sets that these are run for. A leg that leaves tests out says why.
not_on() {
  local set filter=
  for set; do filter+="&FullyQualifiedName!~$set"; done
  echo "${filter#&}"
}
# Every leg of .NET tests runs these on all sets.
golden_runs='FullyQualifiedName~Tests.Golden'
# What of Managed.Tests rests on the order of sums and on the rounding of a set.
numeric='(FullyQualifiedName~Tests.Engine|FullyQualifiedName~Tests.Solvers|FullyQualifiedName~Tests.Activity|FullyQualifiedName~DeterminismTests|FullyQualifiedName~MachineTests)'
# The sets that a leg leaves out which is about something else than kernels: all but the widest that is everywhere.
lesser_sets=scalar
[ "$(uname -m)" = x86_64 ] && lesser_sets='simd128 scalar'

# switched_off_tests VARIABLE=VALUE SET...: what rests on managed kernels, which the JIT compiles anew under the switch, but for these sets. Left out, for the switch cannot reach it: the sets of the C
# core (they ask the processor themselves), of Managed.Tests files and data, and Cli.Tests.
switched_off_tests() {
  local managed
  managed=$(not_on native "${@:2}")
  test_program Simd.Tests "($managed&FullyQualifiedName!~Interop)|FullyQualifiedName~MachineTests" "$1"
  test_program Managed.Tests "($numeric&$managed)|$golden_runs" "$1"
}
