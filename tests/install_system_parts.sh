#!/bin/sh
# Installs the Debian packages a step needs, and only those that are missing.
# Usage: install_system_parts.sh venv|tests
# As root it installs; otherwise it says what to run. In CI a missing part fails.
set -eu

need_venv() {
    [ -x .venv/bin/python ] && return 1
    ! "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null
}

need_postgresql() {
    for folder in /usr/lib/postgresql/*/bin; do
        [ -x "$folder/initdb" ] && return 1
    done
    return 0
}

need_chromium() {
    ! command -v chromium >/dev/null
}

# Without it reactions are boxes in the pictures of the screens.
need_emoji() {
    [ ! -f /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf ]
}

missing=""
case "${1:-tests}" in
    venv) if need_venv; then missing="python3-venv"; fi ;;
    tests)
        if need_postgresql; then missing="postgresql"; fi
        if need_chromium; then missing="$missing chromium"; fi
        if need_emoji; then missing="$missing fonts-noto-color-emoji"; fi
        ;;
    *) echo "usage: $0 venv|tests" >&2; exit 2 ;;
esac
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing system packages: $missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of package names
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
    exit 0
fi
echo "Missing system packages: $missing"
echo "Install them with: sudo apt-get install $missing"
[ "${1:-tests}" = venv ] || [ "${CI:-}" = true ] && exit 1
echo "Tests that need them will be skipped by name."
