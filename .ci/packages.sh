# Functions of ./demo and ./check: find what is missing and install it with the system's package manager.
# Nothing is installed before its command was printed. Read with `.`, not run.

# Whether a PostgreSQL server is installed (its client alone is not enough).
have_postgresql() {
    [ -z "${DATABASE_URL:-}${BILLFOLD_DATABASE_SERVER_BINARIES:-}" ] || return 0
    have initdb && have postgres && return 0
    for folder in /usr/lib/postgresql/*/bin /usr/local/lib/postgresql/*/bin /usr/pgsql-*/bin \
        /usr/libexec/postgresql* /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin \
        /usr/local/opt/postgresql*/bin /home/linuxbrew/.linuxbrew/opt/postgresql*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
    done
    return 1
}

have() { command -v "$1" >/dev/null 2>&1; }

have_chromium() { have chromium || have chromium-browser || have google-chrome; }

package_manager() {
    for manager in apt-get dnf apk pacman zypper brew; do
        have "$manager" && { echo "$manager"; return; }
    done
    echo none
}

# The name of a package for a package manager.
package() {
    case "$2:$1" in
        postgresql:dnf | postgresql:zypper) echo postgresql-server ;;
        fonts:apt-get) echo fonts-dejavu-core ;;
        fonts:dnf) echo dejavu-sans-fonts ;;
        fonts:apk | fonts:pacman) echo ttf-dejavu ;;
        fonts:zypper) echo dejavu-fonts ;;
        fonts:brew) ;;
        node:apt-get | node:dnf | node:apk | node:pacman | node:zypper) echo nodejs npm ;;
        python:apt-get) echo python3-venv ;;
        python:dnf | python:zypper) echo python3 python3-pip ;;
        python:apk) echo python3 py3-pip ;;
        compiler:apt-get | compiler:dnf | compiler:pacman | compiler:zypper) echo gcc ;;
        compiler:apk) echo build-base ;;
        *) echo "$2" ;;
    esac
}

install_command() {
    case "$1" in
        apt-get) echo "apt-get install -y --no-install-recommends" ;;
        dnf) echo "dnf install -y" ;;
        apk) echo "apk add" ;;
        pacman) echo "pacman -S --needed --noconfirm" ;;
        zypper) echo "zypper install -y" ;;
        brew) echo "brew install" ;;
    esac
}

# Installs by kind (postgresql, chromium, fonts, node, python, compiler); fails if it cannot.
install() {
    manager=$(package_manager)
    if [ "$manager" = none ]; then
        echo "no package manager known here: install by hand: $*" >&2
        return 1
    fi
    packages=""
    for kind in "$@"; do packages="$packages $(package "$manager" "$kind")"; done
    command="$(install_command "$manager")$packages"
    as_root=""
    if [ "$manager" != brew ] && [ "$(id -u)" != 0 ]; then
        if have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
            as_root="sudo "
        else
            echo "not root, and sudo is not possible: run as root: $command" >&2
            return 1
        fi
    fi
    echo "installing: $as_root$command"
    # The lists of a fresh machine are empty; those of an old one name packages that are gone.
    if [ "$manager" = apt-get ]; then $as_root apt-get update -q || return 1; fi
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    # shellcheck disable=SC2086 # words are meant to be split
    $as_root$command
}
