# Shared by scripts/serve, test, bench and lock: sentences, system packages, the virtual environment.
# shellcheck shell=bash
set -euo pipefail
export LC_ALL=C.UTF-8 PYTHONUTF8=1 PIP_DISABLE_PIP_VERSION_CHECK=1

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
venv=$project/.venv
me=scripts/$(basename "$0")
step_number=0
steps=${steps:-0}
cd "$project"
trap 'exit 130' INT
trap 'exit 143' TERM

step() { # step TEXT: one numbered line of progress
  step_number=$((step_number + 1))
  printf '[%d/%d] %s\n' "$step_number" "$steps" "$1"
}

note() { printf '      %s\n' "$1"; }

fail() { # fail SENTENCE: the reason, plainly, and out
  printf '%s: %s\n' "$me" "$1" >&2
  exit 1
}

explain() { # explain DEED OUTPUT: why a deed failed, in one sentence where the reason is known
  case $2 in
    *"No space left on device"* | *"os error 28"* | *"disk is full"* | *"Disk quota exceeded"*)
      fail "the disk is full: there is no room left for $1. Free some space and start again." ;;
    *"Temporary failure in name resolution"* | *"Failed to establish a new connection"* | *"dns error"* | *"error sending request"* | *"Network is unreachable"*)
      fail "the package index cannot be reached, which $1 needs. Check the network (or set a mirror with 'pip config set global.index-url ADDRESS') and start again." ;;
  esac
  printf '%s\n' "$2" | tail -n 20 >&2
  fail "$1 did not work; the lines above say why."
}

quietly() { # quietly DEED COMMAND...: run without output; when it fails, explain
  local deed=$1 output
  shift
  output=$("$@" 2>&1) || explain "$deed" "$output"
}

need_room() { # need_room WHAT MEGABYTES FOLDER: before the work, as a half-written file is harder to explain
  local free
  free=$(df -Pk "$3" | awk 'NR == 2 {print int($4 / 1024)}')
  [ "${free:-0}" -ge "$2" ] || fail "the disk is full: $1 in $3 need $2 MB, and $free MB are free."
}

# ---- system packages ----

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

may_install() { # root, or sudo that asks for nothing (or can ask somebody)
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

install_packages() { # install_packages WHY PACKAGE...: from Debian or Ubuntu, else say what is missing and stop
  local why=$1 output try
  shift
  may_install || fail "$why needs the system packages $*. Install them (for example: sudo apt-get install $*) and start again."
  note "installing system packages: $*"
  for try in 1 2; do
    if output=$({ as_root apt-get update -qq \
      && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } 2>&1 </dev/null 9<&-); then
      return
    fi
    [ "$try" = 2 ] || sleep 3
  done
  explain "installing the system packages $*" "$output"
}

# ---- the virtual environment ----

find_python() { # sets `python`: the first interpreter that is new enough
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      python=$(command -v "$name")
      return
    fi
  done
  return 1
}

need_python() {
  find_python && return
  local has
  has=$(python3 -V 2>/dev/null || echo "no Python")
  if [ "$has" = "no Python" ] && may_install; then
    install_packages "the program" python3 python3-venv
    find_python && return
  fi
  fail "Python 3.11 or newer is needed; this machine has $has. Install python3 (3.11 or newer) with python3-venv and start again."
}

environment_works() { # the environment answers, with the Python it was made with, where it was made
  [ -x "$venv/bin/python" ] || return 1
  "$venv/bin/python" -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || return 1
  [ ! -e "$venv/.made" ] || [ "$(cat "$venv/.made")" = "$project $("$venv/bin/python" -V)" ]
}

make_environment() {
  environment_works && return
  need_python
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    install_packages "a virtual environment" python3-venv
    "$python" -c 'import ensurepip, venv' 2>/dev/null \
      || fail "$python cannot make a virtual environment; install its package 'venv' (for example python3-venv) and start again."
  fi
  need_room "the packages" 700 "$project"
  rm -rf "$venv"
  quietly "making the virtual environment" "$python" -m venv "$venv"
  printf '%s %s\n' "$project" "$("$venv/bin/python" -V)" >"$venv/.made"
}

lock_key() { # lock_key FILE: names what an installation of this lock depends on
  { cat "$1" requirements-bootstrap.txt setup.cfg pyproject.toml; "$venv/bin/python" -V; } | sha256sum | cut -d' ' -f1
}

is_installed() { # is_installed KIND: the stamp of `runtime` or `test` still names the lock
  [ "$(cat "$venv/.installed-$1" 2>/dev/null)" = "$(lock_key "$(lock_of "$1")")" ]
}

lock_of() { [ "$1" = test ] && echo requirements-test.txt || echo requirements.txt; }

bootstrap() { # uv and the build tools into the environment itself; without uv where it cannot be had
  local output
  output=$("$venv/bin/python" -m pip install -q --require-hashes -r requirements-bootstrap.txt 2>&1) && return
  case $output in *"No space left"*) explain "the packages" "$output" ;; esac
  local build_tools
  build_tools=$(awk '/^[a-z]/ {keep = $0 !~ /^uv==/} keep' requirements-bootstrap.txt)
  quietly "installing the build tools" "$venv/bin/python" -m pip install -q --require-hashes -r /dev/stdin <<<"$build_tools"
}

follow_pip_mirror() { # uv does not read pip's settings: hand it the mirror and certificates chosen there
  local key value
  while IFS='=' read -r key value; do
    value=${value#[\'\"]}
    value=${value%[\'\"]}
    case $key in
      *.index-url) export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$value}" ;;
      *.cert) export SSL_CERT_FILE="${SSL_CERT_FILE:-$value}" ;;
    esac
  done < <("$venv/bin/python" -m pip config list 2>/dev/null)
}

install_with_uv() {
  [ -x "$venv/bin/uv" ] || return 1
  follow_pip_mirror
  "$venv/bin/uv" pip install -q --no-config --python "$venv/bin/python" --no-deps --require-hashes -r "$1" 2>&1
}

install_lock() { # install_lock FILE: exactly what it names, every hash checked
  local output
  output=$(install_with_uv "$1") && return
  case $output in *"No space left"* | *"os error 28"*) explain "the packages" "$output" ;; esac
  note "the fast installer is not available here; pip takes a minute or two"
  quietly "installing the packages" "$venv/bin/python" -m pip install -q --no-deps --require-hashes -r "$1"
}

install_environment() { # install_environment KIND: `runtime`, or `test` (which contains the runtime)
  make_environment
  is_installed "$1" && return
  note "installing $(grep -c '^[a-z]' "$(lock_of "$1")") packages"
  rm -f "$venv"/.installed-*
  bootstrap
  install_lock "$(lock_of "$1")"
  quietly "installing the program" "$venv/bin/python" -m pip install -q --no-deps --no-build-isolation -e .
  lock_key requirements.txt >"$venv/.installed-runtime"
  [ "$1" = runtime ] || lock_key requirements-test.txt >"$venv/.installed-test"
}

compile_translations() { # only when a catalogue of words is newer than what was compiled from it
  local words
  for words in mapapp/web/translations/*/LC_MESSAGES/messages.po; do
    [ -e "$words" ] || continue
    if [ ! "${words%.po}.mo" -nt "$words" ]; then
      quietly "compiling the translations" "$venv/bin/pybabel" -q compile -d mapapp/web/translations
      return
    fi
  done
}

prepare() { # prepare KIND: environment and translations, one process at a time in one checkout
  exec 9<"$project/setup.cfg"
  flock 9
  install_environment "$1"
  compile_translations
  exec 9<&-
}

read_env_file() { # NAME=VALUE lines of .env; what the environment already says wins
  local name value
  [ -e .env ] || return 0
  while IFS='=' read -r name value || [ -n "$name" ]; do
    [[ $name =~ ^[A-Z_][A-Z0-9_]*$ ]] || continue
    value=${value%$'\r'}
    case $value in
      \"*\" | \'*\') value=${value:1:-1} ;;
      *) value=${value%%[[:space:]]#*} ;;
    esac
    [ -n "${!name+set}" ] || export "$name=$value"
  done <.env
}
