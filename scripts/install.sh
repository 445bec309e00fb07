# Sourced by the other scripts: installs the Debian packages of the groups named that are not there yet.

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  local wanted missing=() package
  wanted=$(scripts/packages "$@")
  for package in $wanted; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    echo "packages ($*): all there"
    return
  fi
  echo "packages ($*): installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# build PRESET [CMake arguments]; what it prints is shown when it fails, and kept in build/PRESET.log.
build() {
  local preset=$1 log=build/$1.log
  shift
  echo "building with preset $preset: some minutes the first time; $log tells how far it is"
  mkdir -p build
  if ! { cmake --preset "$preset" "$@" && cmake --build --preset "$preset"; } >"$log" 2>&1; then
    tail -n 60 "$log" >&2
    echo "the build failed; all of it is in $log" >&2
    return 1
  fi
}
