#!/bin/sh
# Fetches a release of torrentkit for this system, checks its checksum, and puts the program into a folder:
#
#	install.sh FOLDER [VERSION]
#
# VERSION is such as 0.1.0, or latest, the default. $TORRENTKIT_RELEASES is where releases are, if not at GitHub.
set -eu
[ $# -ge 1 ] || { echo 'usage: install.sh FOLDER [VERSION]' >&2; exit 2; }
folder=$1 version=${2:-latest}
releases=${TORRENTKIT_RELEASES:-https://github.com/torrentkit/torrentkit/releases}

fail() { printf 'install.sh: %s\n' "$*" >&2; exit 2; }

case $(uname -s) in
	Linux) os=linux ;;
	Darwin) os=darwin ;;
	FreeBSD) os=freebsd ;;
	MINGW* | MSYS* | CYGWIN* | Windows*) os=windows ;;
	*) fail "no release is made for $(uname -s)" ;;
esac
case $(uname -m) in
	x86_64 | amd64) arch=amd64 ;;
	aarch64 | arm64) arch=arm64 ;;
	i386 | i486 | i586 | i686) arch=386 ;;
	armv6*) arch=armv6 ;;
	armv7* | armv8l) arch=armv7 ;; # armv8l: a program of 32 bits on a system of 64
	riscv64 | ppc64le | s390x) arch=$(uname -m) ;;
	loongarch64) arch=loong64 ;;
	*) fail "no release is made for $(uname -m)" ;;
esac

get() { # URL FILE
	if command -v curl > /dev/null; then
		curl -fsSL --retry 3 -o "$2" "$1"
	else
		wget -q -O "$2" "$1"
	fi || fail "cannot fetch $1"
}

sum() {
	if command -v sha256sum > /dev/null; then
		sha256sum < "$1"
	else
		shasum -a 256 < "$1"
	fi | cut -d' ' -f1
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $version in
	latest) get "$releases/latest/download/checksums.txt" "$scratch/checksums.txt" ;;
	*) get "$releases/download/v${version#v}/checksums.txt" "$scratch/checksums.txt" ;;
esac
line=$(grep -E "^[0-9a-f]{64}  torrentkit_[0-9A-Za-z.+-]+_${os}_$arch\.(tar\.gz|zip)\$" "$scratch/checksums.txt") || fail "the release has no archive for $os on $arch"
archive=${line#*  }
version=${archive#torrentkit_}
version=${version%_"${os}"_*}
get "$releases/download/v$version/$archive" "$scratch/$archive"
[ "$(sum "$scratch/$archive")" = "${line%%  *}" ] || fail "$archive is not what its checksum says"
case $archive in
	*.zip) unzip -q "$scratch/$archive" -d "$scratch" ;;
	*) tar -C "$scratch" -xzf "$scratch/$archive" ;;
esac
mkdir -p "$folder"
mv "$scratch"/torrentkit_*/torrentkit* "$folder"/
printf 'torrentkit %s for %s on %s, its checksum right\n' "$version" "$os" "$arch" >&2
