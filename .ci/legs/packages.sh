# shellcheck shell=bash disable=SC2016,SC2034,SC2154
# Packages as a user gets them: packed, restored from a folder by a project that has nothing else of this repository, and run: one test. Restored packages go to a folder of their own, for the
# cache of the machine would serve older ones of the same version.
order=70 beside=yes machines=any group=default needs='dotnet core'
[ "$(uname -m)" = x86_64 ] && needs+=' arm64 mingw'
about='a program that has nothing but the packages'
asserts='all native libraries packed that this architecture can build, the C core found'

run() {
  local folder=$work/packages bytes good=0 require=
  [ "$(uname -m)" = x86_64 ] && require=-p:RequireNativeRuntimes=linux-x64+linux-arm64+win-x64
  mkdir "$folder"
  cp -r tests/Package.Consumer "$folder/consumer"
  export SUBQUAD_FEED=$folder/feed
  start "$leg"
  limit=600 build dotnet pack -c Release src/Simd -o "$folder/feed" $require
  limit=600 build dotnet pack -c Release src/Managed -o "$folder/feed"
  limit=600 step env -C "$folder/consumer" dotnet restore --packages "$folder/restored"
  limit=600 step env -C "$folder/consumer" dotnet run -c Release --no-restore -- "$folder/restored"
  bytes=$(cat "$folder"/feed/*.nupkg 2>/dev/null | wc -c)
  echo "   packages: $bytes bytes; $(grep -o 'The package carries .*' "$log")"
  if [ "$status" -eq 0 ]; then
    [ "$bytes" -lt $((15 << 20)) ] && grep -q '^consumed: ' "$log" && good=1 || status=1
  fi
  finish "$good" 0 0
}
