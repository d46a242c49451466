#!/usr/bin/env bash
# Makes this checkout runnable: system libraries, .venv, locked packages. Called by make; run again, it does nothing.
#
#   tools/setup.sh runtime     what `make run` needs
#   tools/setup.sh dev         that, and what the tests and checks need
#
# PYTHON=python3.12 chooses the interpreter (3.11 to 3.13). NO_SYSTEM=1 leaves the system's packages alone.
set -euo pipefail
cd "$(dirname "$0")/.."

mode=${1:-runtime}
venv=.venv
lock=requirements/$mode.txt

say() { printf 'counterfoil: %s\n' "$@"; }
fail() { say "$@" >&2; exit 1; }

[[ -f $lock ]] || fail "no such set of packages: $mode (runtime or dev)"

# ---- the interpreter -------------------------------------------------------------------------------------------
supported='import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
python=
# Without PYTHON the version that .venv was made with stays.
made_with=$("$venv/bin/python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
for candidate in ${PYTHON:-$made_with python3.11 python3.12 python3.13 python3}; do
    if "$candidate" -c "$supported" >/dev/null 2>&1; then python=$(command -v "$candidate"); break; fi
done
if [[ -z $python ]]; then
    [[ -n ${PYTHON:-} ]] && fail "PYTHON=$PYTHON is not a Python from 3.11 to 3.13 that runs here."
    fail "No Python from 3.11 to 3.13 was found." \
         "On Debian or Ubuntu: apt-get install python3. Elsewhere: make run PYTHON=/path/to/python3.12"
fi
version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])')

# ---- up to date? -----------------------------------------------------------------------------------------------
# dev holds all of runtime at the same versions, so a venv made for dev serves runtime too.
stamp_of() { { cat "requirements/$1.txt"; printf '%s\n' "$version"; cat tools/setup.sh; } | sha256sum | cut -d' ' -f1; }
if "$venv/bin/python" -c '' 2>/dev/null; then
    for done_for in "$mode" dev; do
        stamp=$venv/.counterfoil-$done_for
        if [[ -f $stamp && $(<"$stamp") == "$(stamp_of "$done_for")" ]]; then exit 0; fi
    done
fi

say "setting up with Python $version ($python); this happens once"

# ---- the system's libraries ------------------------------------------------------------------------------------
# Exactly what Qt's core, its widgets and its X11 (xcb) window plugin in PySide6's wheel are linked against and do not
# bring along (readelf -d on the wheel's own libraries); Wayland sessions have their few libraries already.
system_packages=(
    libegl1 libgl1 libglib2.0-0 libfontconfig1 libfreetype6 libdbus-1-3
    libxkbcommon0 libxkbcommon-x11-0 libx11-6 libx11-xcb1 libxcb1
    libxcb-cursor0 libxcb-glx0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0
    libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0 libxcb-xkb1
)
# The program draws with its own font; file dialogs, window titles and other programs' PDF viewers use the system's.
cjk_font=fonts-wqy-microhei

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }
# A library renamed by a transition (libglib2.0-0 became libglib2.0-0t64) is there when what provides it is.
present() { installed "$1" || installed "$1t64"; }

as_root() {
    if [[ $(id -u) == 0 ]]; then "$@"; return; fi
    # sudo forgets the environment; a proxy and the quiet front end must survive it.
    sudo ${sudo_flags[@]+"${sudo_flags[@]}"} env DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} \
        ${https_proxy:+https_proxy="$https_proxy"} ${no_proxy:+no_proxy="$no_proxy"} "$@"
}

install_system() {
    local missing=() package
    for package in "${system_packages[@]}"; do present "$package" || missing+=("$package"); done
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then missing+=("python${version%.*}-venv"); fi
    if [[ -z $(fc-list :lang=zh family 2>/dev/null) ]] && ! installed "$cjk_font"; then missing+=("$cjk_font"); fi
    [[ ${#missing[@]} -gt 0 ]] || return 0

    local by_hand="apt-get update && apt-get install --no-install-recommends ${missing[*]}"
    sudo_flags=()
    if [[ $(id -u) != 0 ]]; then
        if ! command -v sudo >/dev/null; then
            say "these system packages are missing, and there is no sudo to install them. As root:" "  $by_hand"
            return 1
        fi
        if ! sudo -n true 2>/dev/null; then
            if [[ ! -t 0 || ${CI:-} == true ]]; then
                say "these system packages are missing, and sudo asks for a password here. As root:" "  $by_hand"
                return 1
            fi
            say "sudo may ask for your password now, to install system packages"
        else
            sudo_flags=(-n)
        fi
    fi
    say "installing system packages with apt-get: ${missing[*]}"
    local apt=(apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300)
    # A broken third-party source need not keep us from Debian's own packages: the install decides.
    as_root "${apt[@]}" update </dev/null || say "apt-get update met trouble; trying with the lists that are there"
    if ! DEBIAN_FRONTEND=noninteractive as_root "${apt[@]}" install --no-install-recommends "${missing[@]}" </dev/null; then
        say "apt-get could not install them (no network, or no mirror?). By hand, as root:" "  $by_hand"
        return 1
    fi
}

if [[ -n ${NO_SYSTEM:-} ]]; then
    say "NO_SYSTEM is set: leaving the system's packages alone"
elif command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    # What is missing may yet be there in another form; the check of Qt at the end has the last word.
    install_system || true
else
    say "no apt-get here: Qt's libraries must be installed already (Debian's names: ${system_packages[*]})"
fi

# ---- the venv and the locked packages --------------------------------------------------------------------------
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    fail "Python's venv module is missing. On Debian or Ubuntu, as root: apt-get install python${version%.*}-venv"
fi
if [[ $("$venv/bin/python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) != "$version" ]] \
    || ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    say "making $venv"
    "$python" -m venv --clear "$venv"
fi
rm -f "$venv"/.counterfoil-*

count=$(grep -c '^[a-z0-9].*==' "$lock")
say "installing up to $count packages from $lock, each checked against its hash (a few hundred MB the first time)"
# Wheels only: nothing is compiled, and no package's set-up script runs on this machine.
if ! "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --progress-bar off \
        --retries 5 --timeout 60 --require-hashes --only-binary :all: -r "$lock" </dev/null; then
    fail "The packages could not be installed; the lines above say why." \
         "Without a network, or behind a proxy: set https_proxy or pip's own settings, then run this again."
fi

if ! trouble=$(QT_QPA_PLATFORM=offscreen "$venv/bin/python" -c '
from PySide6.QtWidgets import QApplication
QApplication([])' 2>&1); then
    fail "Qt does not start here:" "$trouble" \
         "A system library is missing. On Debian or Ubuntu, as root:" \
         "  apt-get update && apt-get install --no-install-recommends ${system_packages[*]}"
fi

stamp_of "$mode" >"$venv/.counterfoil-$mode"
say "set-up is done"
