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

need_coturn() {
    ! command -v turnserver >/dev/null
}

need_janus() {
    ! command -v janus >/dev/null
}

# For the network that Janus is tested in.
need_ip() {
    ! command -v ip >/dev/null || ! command -v ss >/dev/null
}

# The tests start what they need, on loopback and with settings of their own. The
# packages of a relay and of a media engine would start them for the whole network,
# with settings that are known or too open.
forbid_services() {
    policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] && return
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
}

# Nor are they to start with the machine, if nobody had them before.
mask_services() {
    command -v systemctl >/dev/null || return 0
    for service in $1; do
        systemctl mask --quiet "$service" 2>/dev/null || continue
        echo "$service stays off on this machine; to run it: systemctl unmask $service"
    done
}

missing=""
services=""
case "${1:-tests}" in
    venv) if need_venv; then missing="python3-venv"; fi ;;
    tests)
        if need_postgresql; then missing="postgresql"; fi
        if need_chromium; then missing="$missing chromium"; fi
        if need_emoji; then missing="$missing fonts-noto-color-emoji"; fi
        if need_coturn; then missing="$missing coturn"; services="coturn"; fi
        if need_janus; then missing="$missing janus"; services="$services janus"; fi
        if need_ip; then missing="$missing iproute2"; fi
        ;;
    *) echo "usage: $0 venv|tests" >&2; exit 2 ;;
esac
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing system packages: $missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    if [ -n "$services" ]; then forbid_services; fi
    # shellcheck disable=SC2086 # a list of package names
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
    mask_services "$services"
    exit 0
fi
echo "Missing system packages: $missing"
echo "Install them with: sudo apt-get install $missing"
[ "${1:-tests}" = venv ] || [ "${CI:-}" = true ] && exit 1
echo "Tests that need them will be skipped by name."
