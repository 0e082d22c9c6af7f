#!/bin/bash
# Builds build/ecgd_VERSION_ARCH.deb from Packaging/files.list. VERSION=... overrides the program's
# own; PROGRAMS=folder takes programs that are built already.
set -euo pipefail
cd "$(dirname "$0")/.."

scratch=.build-package
programs=${PROGRAMS:-$scratch/release}
tree=build/deb/tree
version=${VERSION:-$(sed -n 's/.*text = "\(.*\)".*/\1/p' Sources/ECGMonitor/Service/Version.swift)}
maintainer="${DEBFULLNAME:-ecgd maintainers} <${DEBEMAIL:-ecgd@localhost.localdomain}>"
architecture=$(dpkg --print-architecture)

install_file() { # source, destination, mode
  [ -f "$1" ] || { echo "$1: not there" >&2; exit 66; }
  install -D -m "$3" "$1" "$tree$2"
}

program() { # name, section
  [ -n "${PROGRAMS:-}" ] || swift build -c release --static-swift-stdlib --scratch-path "$scratch" --product "$1"
  install_file "$programs/$1" "/usr/bin/$1" 755
  strip --strip-unneeded --remove-section=.comment --remove-section=.note "$tree/usr/bin/$1"
  local man="$tree/usr/share/man/man$2/$1.$2"
  mkdir -p "${man%/*}"
  "$programs/$1" --experimental-dump-help | python3 Packaging/manpages.py "$1" "$2" | gzip -9n > "$man.gz"
  local shares="$tree/usr/share"
  mkdir -p "$shares/bash-completion/completions" "$shares/zsh/vendor-completions" "$shares/fish/vendor_completions.d"
  "$programs/$1" --generate-completion-script bash | sed 1d > "$shares/bash-completion/completions/$1"
  "$programs/$1" --generate-completion-script zsh > "$shares/zsh/vendor-completions/_$1"
  "$programs/$1" --generate-completion-script fish > "$shares/fish/vendor_completions.d/$1.fish"
}

# The packages whose libraries the programs are linked with, with the versions that they need.
dependencies() {
  local work=build/deb/shlibs
  mkdir -p "$work/debian"
  printf 'Source: ecgd\n\nPackage: ecgd\nArchitecture: any\n' > "$work/debian/control"
  local binaries=("$tree"/usr/bin/*)
  (cd "$work" && dpkg-shlibdeps -O "${binaries[@]/#/$PWD/../../../}") | sed -n 's/^shlibs:Depends=//p'
}

rm -rf build/deb
mkdir -p "$tree/DEBIAN"
while read -r kind one two; do
  case $kind in
  program) program "$one" "$two" ;;
  file) install_file "$one" "$two" 644 ;;
  conffile) install_file "$one" "$two" 644; echo "$two" >> "$tree/DEBIAN/conffiles" ;;
  '' | '#') ;;
  *) echo "Packaging/files.list: $kind?" >&2; exit 65 ;;
  esac
done < Packaging/files.list

man5=$tree/usr/share/man/man5/ecgd.yaml.5.gz
mkdir -p "${man5%/*}"
"$programs/ecgctl" check-config --print-reference | python3 Packaging/manpages.py --configuration | gzip -9n > "$man5"
doc=$tree/usr/share/doc/ecgd
printf 'ecgd (%s) stable; urgency=medium\n\n  * See the history of the source tree.\n\n -- %s  %s\n' \
  "$version" "$maintainer" "$(date -uR -d "@${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}")" | gzip -9n > "$doc/changelog.gz"
find "$tree" -type d -exec chmod 755 {} +
# Those that the units name, and what other programs read, stay as they are.
find "$doc" -type f -size +4k ! -name '*.gz' ! -name Operations.md ! -name WardPage.md ! -name copyright \
  ! -name '*.py' ! -name '*.json' ! -name '*.yml' -exec gzip -9n {} +
mkdir -p "$tree/usr/share/lintian/overrides"
cp Packaging/debian/lintian-overrides "$tree/usr/share/lintian/overrides/ecgd"
chmod 644 "$tree/usr/share/lintian/overrides/ecgd"

sed -e "s/@VERSION@/$version/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@MAINTAINER@/$maintainer/" \
  -e "s/@SIZE@/$(du -sk --exclude=DEBIAN "$tree" | cut -f1)/" \
  -e "s/@DEPENDS@/$(dependencies), init-system-helpers (>= 1.54), systemd | systemd-sysusers, passwd, procps/" \
  Packaging/debian/control.in > "$tree/DEBIAN/control"
for script in postinst prerm postrm; do install -m 755 "Packaging/debian/$script" "$tree/DEBIAN/$script"; done
(cd "$tree" && find . -type f ! -path './DEBIAN/*' -printf '%P\0' | sort -z | xargs -0 md5sum > DEBIAN/md5sums)

package=build/ecgd_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$tree" "$package"
