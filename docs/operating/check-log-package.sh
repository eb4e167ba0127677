#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Checks one exported day of a certification log with bash, openssl, sha256sum and xmllint only.
#   check-log-package.sh FOLDER ROOTS.pem [TIME-STAMP-ROOTS.pem]
# ROOTS.pem holds the root of the provider's certificate; the third file, that of the time-stamp authority, where it is
# another one. Ends with 0 and says so when everything holds, else with 1 and the first thing that is wrong.
set -u
export LC_ALL=C
folder=$1 roots=$2 stampRoots=${3:-$2}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail() { echo "WRONG: $*"; exit 1; }

# Certificates need not be in force any more: the time stamp says when they were used.
signed() {
  openssl cms -verify -binary -inform DER -in "$folder/$1" -CAfile "$roots" -purpose any -no_check_time \
    -out "$scratch/$2" 2>"$scratch/why" || fail "$1 is not signed as it should be: $(tail -1 "$scratch/why")"
}

# The token carries the certificates between the authority's and the root; openssl wants them named.
stamped() {
  openssl pkcs7 -inform DER -in "$folder/$2" -print_certs -out "$scratch/chain.pem" 2>/dev/null
  openssl ts -verify -data "$folder/$1" -in "$folder/$2" -token_in -CAfile "$stampRoots" \
    -untrusted "$scratch/chain.pem" -no_check_time >"$scratch/why" 2>&1 ||
    fail "$2 is no time stamp of $1: $(tail -1 "$scratch/why")"
}

says() { xmllint --nonet --xpath "string($1)" "$folder/index.xml"; }
sealed() { sed -n "s/^$1: //p" "$scratch/seal"; }

xmllint --nonet --noout --valid "$folder/index.xml" 2>"$scratch/why" || fail "index.xml: $(head -1 "$scratch/why")"
signed index.xml.p7m index
cmp -s "$scratch/index" "$folder/index.xml" || fail "index.xml is not what index.xml.p7m signs"
stamped index.xml.p7m index.xml.p7m.tsr

for name in records.jsonl seal.p7m seal.tsr index.dtd; do
  [ "$(sha256sum <"$folder/$name")" = "$(says "/pacchetto/file[@nome='$name']/@sha256")  -" ] ||
    fail "$name is not what the index says"
done

signed seal.p7m seal
stamped seal.p7m seal.tsr
while read -r name where; do
  [ "$(sealed "$name")" = "$(says "$where")" ] || fail "the index and the seal differ in $name"
done <<WHERE
number /pacchetto/sigillo/@numero
provider /pacchetto/gestore
day /pacchetto/giorno
size /pacchetto/sigillo/@totale
root /pacchetto/sigillo/radice
closed /pacchetto/sigillo/chiuso
WHERE

# The tree, RFC 9162 section 2.1.1: full subtrees from left to right, first those before the day.
declare -a levels=() hashes=()
count=$(says 'count(/pacchetto/albero/impronta)')
before=0
for ((at = 1; at <= count; at++)); do
  levels+=("$(says "/pacchetto/albero/impronta[$at]/@livello")")
  hashes+=("$(says "/pacchetto/albero/impronta[$at]")")
  before=$((before + (1 << levels[-1])))
done
next=$(sealed first)
[ "$before" = $((next - 1)) ] || fail "the tree before the day is not that of $((next - 1)) records"

digest() { local line; line=$(sha256sum); hash=${line%% *}; }
# Two children to their parent.
join() {
  local octets
  octets=$(sed 's/../\\x&/g' <<<"01$1$2")
  digest < <(printf '%b' "$octets")
}

while IFS= read -r line; do
  text=${line#*'"record":'} text=${text%'}'}
  number=${line#'{"sequence":'} number=${number%%,*}
  [ "$number" = "$next" ] || fail "record $next is missing"
  digest < <(printf '\0%s\n%s' "$number" "$text")
  level=0
  while [ ${#levels[@]} -gt 0 ] && [ "${levels[-1]}" = "$level" ]; do
    join "${hashes[-1]}" "$hash"
    unset 'levels[-1]' 'hashes[-1]'
    level=$((level + 1))
  done
  levels+=("$level") hashes+=("$hash")
  next=$((next + 1))
done <"$folder/records.jsonl"
[ $((next - 1)) = "$(sealed size)" ] || fail "record $next is missing"

if [ ${#hashes[@]} -gt 0 ]; then
  hash=${hashes[-1]}
  for ((at = ${#hashes[@]} - 2; at >= 0; at--)); do join "${hashes[at]}" "$hash"; done
else
  digest </dev/null
fi
[ "$hash" = "$(sealed root)" ] || fail "the records are not those that were sealed"
echo "$(says /pacchetto/gestore), $(says /pacchetto/giorno): $(says /pacchetto/registrazioni/@numero) records, all as they were sealed"
