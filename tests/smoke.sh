#!/usr/bin/env bash
# Tries the real program on a screen of its own: pictures of the window in both
# themes, a file dropped on it as a file manager would, and no screen at all.
#
# Builds nothing. Needs Xvfb, and of the build (`cargo build --workspace --bins
# --examples`) these, wherever they lie:
#   FOLLOWSPOT     the program       target/debug/followspot
#   DROP_FILES     the XDND client   target/debug/examples/drop_files
#   PICTURE_CHECK  looks at PNGs     target/debug/examples/picture_check
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

target=${CARGO_TARGET_DIR:-target}/debug
followspot=$(realpath -m "${FOLLOWSPOT:-$target/followspot}")
drop_files=$(realpath -m "${DROP_FILES:-$target/examples/drop_files}")
picture_check=$(realpath -m "${PICTURE_CHECK:-$target/examples/picture_check}")
for tool in "$followspot" "$drop_files" "$picture_check"; do
    if [ ! -x "$tool" ]; then
        echo "there is no $tool: cargo build --workspace --bins --examples" >&2
        exit 1
    fi
done
if ! command -v Xvfb >/dev/null; then
    echo "Xvfb is needed (Debian's package xvfb)" >&2
    exit 1
fi

work=$(mktemp -d)
passed=0 failed=0 xvfb='' window=''

# Ends a process that this script started, for good if it must be.
end() {
    [ -n "$1" ] || return 0
    kill "$1" 2>/dev/null || return 0
    for _ in $(seq 50); do
        kill -0 "$1" 2>/dev/null || break
        sleep 0.1
    done
    kill -KILL "$1" 2>/dev/null
    wait "$1" 2>/dev/null
    return 0
}

clean_up() {
    end "$window"
    end "$xvfb"
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# check NAME COMMAND…: passes where the command does; what it says is shown
# where it does not.
check() {
    local name=$1
    shift
    if "$@" >"$work/said" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        failed=$((failed + 1))
        echo "FAILED  $name"
        sed 's/^/        /' "$work/said"
    fi
}

# Nobody's settings but our own, and the software renderer.
for kind in CONFIG DATA STATE CACHE; do
    mkdir "$work/$kind"
    export "XDG_${kind}_HOME=$work/$kind"
done
unset WAYLAND_DISPLAY WAYLAND_SOCKET
export LIBGL_ALWAYS_SOFTWARE=1

Xvfb -displayfd 3 -screen 0 1920x1200x24 -nolisten tcp 3>"$work/display" >"$work/xvfb.log" 2>&1 &
xvfb=$!
for _ in $(seq 100); do
    [ -s "$work/display" ] && break
    sleep 0.1
done
if [ ! -s "$work/display" ]; then
    echo "Xvfb did not start:" >&2
    cat "$work/xvfb.log" >&2
    exit 1
fi
DISPLAY=:$(cat "$work/display")
export DISPLAY

# Pictures of the window, which opens on its sample.
picture() {
    timeout 120 "$followspot" --theme "$1" --size 1280x800 --screenshot "$work/$1.png"
}
for theme in dark light; do
    check "the window is drawn and saved in the $theme theme" picture "$theme"
    check "the $theme picture is 1280 × 800 and not blank" \
        "$picture_check" --size 1280x800 "$work/$theme.png"
done
check "the dark picture is darker than the light one" \
    "$picture_check" --size 1280x800 --darker "$work/dark.png" "$work/light.png"

# A real drop, from a folder whose name has to be escaped.
no_panic() {
    ! grep -i 'panicked' "$work/window.log"
}
folder="$work/100 % größer"
mkdir "$folder"
cp assets/sample/relu_epoch_3000.npy "$folder/dropped.npy"
"$followspot" --size 1280x800 >"$work/window.log" 2>&1 &
window=$!
check "a file dropped on the window is opened: its name is in the title" \
    timeout 90 "$drop_files" --title Followspot --timeout 60 --wait-title dropped.npy "$folder/dropped.npy"
echo 'this is no array' >"$work/bad.npy"
check "a bad file is taken without a crash" \
    timeout 90 "$drop_files" --title Followspot --timeout 60 --wait-title dropped.npy "$work/bad.npy"
sleep 1
check "the window is still open" kill -0 "$window"
check "and nothing panicked" no_panic
end "$window"
window=''

# Without a screen: one sentence that names what works without, and exit code 1.
no_screen() {
    local code=0
    timeout 30 env -u DISPLAY "$followspot" >"$work/out" 2>"$work/err" || code=$?
    cat "$work/out" "$work/err"
    [ "$code" = 1 ] || { echo "exit code $code, not 1"; return 1; }
    [ ! -s "$work/out" ] || { echo "something on stdout"; return 1; }
    [ "$(wc -l <"$work/err")" = 1 ] || { echo "not one line on stderr"; return 1; }
    for subcommand in info sweep plane; do
        grep -qw "$subcommand" "$work/err" || { echo "does not name $subcommand"; return 1; }
    done
}
check "without a display it says what works without one" no_screen

echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
