#!/bin/bash
# SPDX-License-Identifier: EUPL-1.2
# Checks an evidence file (docs/evidence-format.md) with bash, coreutils, sed, grep, openssl, sha256sum, unzip and xmllint only.
#   check-evidence.sh FILE.zip ROOTS.pem [TIME-STAMP-ROOTS.pem]
# ROOTS.pem holds the roots of the providers' certificates; the third file, those of the time-stamp authorities, where they are
# others. Ends with 0 when everything that these programs can check is proved, with 1 and the first thing that is wrong when
# something is, with 3 and a list when nothing is wrong and something is not proved. What it does not look at, it says.
set -u
export LC_ALL=C
zip=$1 roots=$2 stampRoots=${3:-$2}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
files=$scratch/files
# SHA-256 of the document type of format 1.
DTD=8cdc01b2f5ee190898373dc25ee576eb930d31bc3cfc9c9da297eee676d88f74

fail() { echo "WRONG: $1: $2"; exit 1; }
open=() brief=() looked=0
unproved() { open+=("NOT PROVED: $1: $2"); }
# A text as XPath and as JSON write it: an address may have an apostrophe, or quotation marks.
literal() { case $1 in *\'*) echo "\"$1\"" ;; *) echo "'$1'" ;; esac; }
json() { local text=${1//\\/\\\\}; echo "\"${text//\"/\\\"}\""; }
digest() { local line; line=$(sha256sum); hash=${line%% *}; }
epoch() { date -u -d "$1" +%s; }
says() { xmllint --nonet --xpath "string($1)" "$files/index.xml"; }
count() { xmllint --nonet --xpath "count($1)" "$files/index.xml"; }
# Several values of a file of XML, a line each, into the array `values`: xmllint starts once for all of them.
ask() { # file, xpath...
  local all="''" one
  for one in "${@:2}"; do all+=",normalize-space($one),'"$'\n'"'"; done
  mapfile -t values < <(xmllint --nonet --xpath "concat($all)" "$1")
}

# ---- 1 package: names first, so that nothing is unpacked elsewhere
unzip -Z1 "$zip" >"$scratch/names" 2>/dev/null || fail package "not a ZIP"
N='[1-9][0-9]*' H='[0-9a-f]{64}'
odd=$(grep -Evx -m1 "README\.txt|report\.pdf|index\.(dtd|xml|xml\.p7m|xml\.p7m\.tsr)|messages/(original|acceptance|non-acceptance)\.eml|messages/(envelope|take-charge|delivery|non-delivery|notice)-$N\.eml|certificates/$H\.cer|revocation/$H\.(crl|ocsp)|log/records/$N\.json|log/seals/$N\.(p7m|tsr)" "$scratch/names") &&
  fail package "$odd has no place in an evidence file"
[ -z "$(sort "$scratch/names" | uniq -d)" ] || fail package "a name is there twice"
[ "$(unzip -Zt "$zip" | sed 's/.*files\?, \([0-9]*\) bytes unc.*/\1/')" -le 2000000000 ] || fail package "too large"
unzip -q -d "$files" "$zip" >"$scratch/why" 2>&1 || fail package "$(head -1 "$scratch/why")"
while read -r name; do [ -L "$files/$name" ] && fail package "$name is a link"; done <"$scratch/names"
for name in README.txt report.pdf index.xml index.xml.p7m index.dtd; do
  [ -f "$files/$name" ] || fail package "$name is missing"
done
[ "$(sha256sum <"$files/index.dtd")" = "$DTD  -" ] || fail package "index.dtd is not that of this format"
xmllint --nonet --noout --valid "$files/index.xml" 2>"$scratch/why" || fail package "index.xml: $(head -1 "$scratch/why")"
[ "$(sed -n 2p "$files/index.xml")" = '<!DOCTYPE fascicolo SYSTEM "index.dtd">' ] || fail package "index.xml declares something"
[ "$(says /fascicolo/@formato)" = ceralacca-fascicolo/1 ] || fail package "another format"
# nome, ottetti and sha256 of each file, a line each
xmllint --nonet --xpath '//file/@nome|//file/@ottetti|//file/@sha256' "$files/index.xml" |
  sed -E 's/ *(nome|ottetti|sha256)="([^"]*)"/\2\n/g' | sed '/^ *$/d' | paste -d' ' - - - >"$scratch/listed"
printf '%s\n' index.xml index.xml.p7m index.xml.p7m.tsr >"$scratch/unlisted"
cut -d' ' -f1 "$scratch/listed" | sort >"$scratch/inIndex"
grep -vxFf "$scratch/unlisted" "$scratch/names" | sort >"$scratch/inZip"
cmp -s "$scratch/inIndex" "$scratch/inZip" ||
  fail package "not the files of the index: $(comm -3 "$scratch/inIndex" "$scratch/inZip" | head -1 | tr -d '\t')"

# ---- 2 digests
while read -r name size sha; do
  digest <"$files/$name"
  [ "$hash" = "$sha" ] && [ "$(stat -c %s "$files/$name")" = "$size" ] || fail digests "$name is not what the index says"
  case $name in certificates/* | revocation/*) [[ $name == */$sha.* ]] || fail digests "$name is misnamed" ;; esac
done <"$scratch/listed"

# ---- certificates: those of the file help to build chains, only the roots given are trusted
split() { # PEM file, stem
  local at=0 line
  while IFS= read -r line; do
    [[ $line == *BEGIN\ CERTIFICATE* ]] && at=$((at + 1))
    [ $at -gt 0 ] && printf '%s\n' "$line" >>"$2-$at.pem"
  done <"$1"
}
mkdir "$scratch/chain"
split "$roots" "$scratch/chain/root"
split "$stampRoots" "$scratch/chain/root-of-stamps"
for cer in "$files"/certificates/*.cer; do
  [ -f "$cer" ] && openssl x509 -inform DER -in "$cer" -out "$scratch/chain/file-$(basename "$cer" .cer).pem" 2>/dev/null
done
cat "$scratch"/chain/file-*.pem >"$scratch/untrusted.pem" 2>/dev/null

# Content of a CMS file, by somebody whose certificate has an address, in force at an instant (seconds).
signed() { # claim, file, address, seconds
  openssl cms -verify -binary -inform DER -in "$files/$2" -CAfile "$roots" -certfile "$scratch/untrusted.pem" \
    -purpose smimesign -attime "$4" -signer "$scratch/signer.pem" -out "$scratch/content" 2>"$scratch/why" ||
    fail "$1" "$2 is not signed as it should be: $(tail -1 "$scratch/why")"
  openssl x509 -in "$scratch/signer.pem" -noout -email | grep -qxiF -- "$3" || fail "$1" "$2 is not signed by $3"
}
# Sets stampedAt (seconds).
stamped() { # claim, file, token
  local when
  when=$(openssl ts -reply -token_in -in "$files/$3" -text 2>/dev/null | sed -n 's/^Time stamp: //p')
  [ -n "$when" ] || fail "$1" "$3 is no time stamp"
  stampedAt=$(epoch "$when")
  openssl pkcs7 -inform DER -in "$files/$3" -print_certs 2>/dev/null | cat - "$scratch/untrusted.pem" >"$scratch/helpers.pem"
  openssl ts -verify -data "$files/$2" -in "$files/$3" -token_in -CAfile "$stampRoots" -untrusted "$scratch/helpers.pem" \
    -attime "$stampedAt" >"$scratch/why" 2>&1 || fail "$1" "$3 is no time stamp of $2: $(tail -1 "$scratch/why")"
}

# ---- 3 manifest, 4 manifest-stamp: openssl needs the time first, so the stamp is read before the signature is judged
ask "$files/index.xml" /fascicolo/{gestore/@casella,gestore,creato,identificativo,mittente,oggetto,riferimento}
mailbox=${values[0]} provider=${values[1]} made=$(epoch "${values[2]}") identifier=${values[3]} sender=${values[4]}
subject=${values[5]} reference=${values[6]}
indexAt=
if [ -f "$files/index.xml.p7m.tsr" ]; then
  stamped manifest-stamp index.xml.p7m index.xml.p7m.tsr
  indexAt=$stampedAt
else
  unproved manifest-stamp "nobody but $provider says when the file was made"
fi
signed manifest index.xml.p7m "$mailbox" "${indexAt:-$made}"
cmp -s "$scratch/content" "$files/index.xml" || fail manifest "index.xml is not what index.xml.p7m signs"
cp "$scratch/signer.pem" "$scratch/maker.pem"

# ---- 10 inclusion, 11 seals: RFC 9162
parent() { # left, right
  local octets='\x01' hex=$1$2 at
  for ((at = 0; at < 128; at += 2)); do octets+="\\x${hex:at:2}"; done
  digest < <(printf '%b' "$octets")
}
included() { # index, size, leaf, root, path...
  local node=$1 last=$(($2 - 1)) root=$4 sibling
  hash=$3
  for sibling in "${@:5}"; do
    [ $last -gt 0 ] || return 1
    if ((node % 2 == 1 || node == last)); then
      parent "$sibling" "$hash"
      while ((node % 2 == 0 && node > 0)); do node=$((node / 2)) last=$((last / 2)); done
    else
      parent "$hash" "$sibling"
    fi
    node=$((node / 2)) last=$((last / 2))
  done
  [ $last -eq 0 ] && [ "$hash" = "$root" ]
}
extends() { # old size, new size, old root, new root, path...
  local node=$(($1 - 1)) last=$(($2 - 1)) oldRoot=$3 newRoot=$4 old new sibling
  if [ "$1" = "$2" ]; then [ $# = 4 ] && [ "$3" = "$4" ] && return 0 || return 1; fi
  [ "$1" -gt 0 ] && [ "$1" -lt "$2" ] || return 1
  shift 4
  while ((node % 2 == 1)); do node=$((node / 2)) last=$((last / 2)); done
  if [ $node -eq 0 ]; then old=$oldRoot; else
    [ $# -gt 0 ] || return 1
    old=$1
    shift
  fi
  new=$old
  for sibling in "$@"; do
    [ $last -gt 0 ] || return 1
    if ((node % 2 == 1 || node == last)); then
      parent "$sibling" "$old" && old=$hash
      parent "$sibling" "$new" && new=$hash
      while ((node % 2 == 0 && node > 0)); do node=$((node / 2)) last=$((last / 2)); done
    else
      parent "$new" "$sibling" && new=$hash
    fi
    node=$((node / 2)) last=$((last / 2))
  done
  [ $last -eq 0 ] && [ "$old" = "$oldRoot" ] && [ "$new" = "$newRoot" ]
}
path() { xmllint --nonet --xpath "$1/impronta/text()" "$files/index.xml" 2>/dev/null; }

seals=$(count //sigillo) records=$(count /fascicolo/registrazione) messages=$(count //messaggio)
recipients=$(count //destinatario) missing=$(count //mancante)
declare -A sealFirst=() sealSize=() sealRoot=() sealAt=() recordSeal=()
last=
for ((at = 1; at <= seals; at++)); do
  number=$(says "//sigillo[$at]/@numero")
  file=log/seals/$number.p7m
  openssl cms -verify -noverify -binary -inform DER -in "$files/$file" -out "$scratch/seal" 2>/dev/null ||
    fail seals "$file cannot be read"
  sealed() { sed -n "s/^$1: //p" "$scratch/seal"; }
  signed seals "$file" "$mailbox" "$(epoch "$(sealed closed)")"
  [ "$(head -1 "$scratch/seal") $(sealed number)" = "ceralacca-log-seal 1 $number" ] || fail seals "$file is no seal $number"
  [ "$(sealed provider)" = "$provider" ] || fail seals "$file is of $(sealed provider)"
  sealFirst[$number]=$(sealed first) sealSize[$number]=$(sealed size) sealRoot[$number]=$(sealed root)
  if [ -f "$files/log/seals/$number.tsr" ]; then
    stamped seals "$file" "log/seals/$number.tsr"
    sealAt[$number]=$stampedAt
    [ "$(epoch "$(sealed closed)")" -le $((stampedAt + 60)) ] || fail timeline "$file was closed after its time stamp"
  else
    unproved seals "$file has no time stamp"
  fi
  [ "$(epoch "$(sealed closed)")" -le "$made" ] || fail timeline "$file was closed after the file was made"
  last=$number
done
for ((at = 1; at <= seals; at++)); do
  number=$(says "//sigillo[$at]/@numero")
  [ "$number" = "$last" ] && continue
  # shellcheck disable=SC2046
  extends "${sealSize[$number]}" "${sealSize[$last]}" "${sealRoot[$number]}" "${sealRoot[$last]}" $(path "//sigillo[$at]") ||
    fail seals "log/seals/$number.p7m is of another log than seal $last"
done

# ---- 9 records by themselves, 10 inclusion
for ((at = 1; at <= records; at++)); do
  ask "$files/index.xml" "/fascicolo/registrazione[$at]"/@{numero,sigillo,foglia}
  number=${values[0]} seal=${values[1]} leaf=${values[2]} file=log/records/$number.json
  digest < <(printf '\0%s\n' "$number" | cat - "$files/$file")
  [ "$hash" = "$leaf" ] || fail inclusion "$file has another leaf"
  if [ -z "$seal" ]; then
    unproved inclusion "the day of $file was not closed yet"
  else
    { [ "$number" -ge "${sealFirst[$seal]}" ] && [ "$number" -le "${sealSize[$seal]}" ] &&
      included $((number - 1)) "${sealSize[$seal]}" "$hash" "${sealRoot[$seal]}" $(path "/fascicolo/registrazione[$at]"); } ||
      fail inclusion "$file is not in the log that seal $seal closed"
    recordSeal[$number]=$seal
  fi
  grep -qF "\"identifier\":$(json "$identifier")" "$files/$file" || fail records "$file is about another message"
  grep -qF "\"sender\":$(json "$sender")" "$files/$file" || fail records "$file is about another sender"
done

# ---- 5 message-signature, 6 revocation, 7 message-kind, 8 original, 9 records of messages
# Octets of a file from one place up to another, counted from 0.
cut() { tail -c "+$(($2 + 1))" "$1" | head -c $(($3 - $2)); }
# Places where a line is exactly this, CRLF aside.
lines() { grep -abxF -- "$2"$'\r' "$1" | sed 's/:.*//'; }
# Where the body of the part with a name begins and ends in the signed entity: sets begin, end.
part() { # file, name
  local name boundary
  begin= end=
  name=$(grep -aboFi -m1 "name=\"$2\"" "$1" | head -1 | sed 's/:.*//')
  [ -n "$name" ] || return 1
  begin=$(lines "$1" '' | while read -r place; do [ "$place" -gt "$name" ] && echo $((place + 2)) && break; done)
  boundary=$(grep -ao -m1 'boundary="[^"]*"' "$1" | head -1 | sed 's/.*="//;s/"$//')
  end=$({ lines "$1" "--$boundary"; lines "$1" "--$boundary--"; } | sort -n |
    while read -r place; do [ "$place" -gt "${begin:-0}" ] && echo $((place - 2)) && break; done)
  [ -n "$begin" ] && [ -n "$end" ]
}
# What of each chain the lists say. OpenSSL asks for a list of that very instant; one that came later is as good.
declare -A issuers=() issued=() from=() until=() asked=()
issuerOf() { # certificate: sets issuer
  local candidate key
  key=$(sha256sum <"$1")
  issuer=${issuers[$key]:-}
  [ -n "$issuer" ] && return
  for candidate in "$scratch"/chain/*.pem; do
    cmp -s "$candidate" "$1" && continue
    openssl verify -partial_chain -no_check_time -trusted "$candidate" "$1" >/dev/null 2>&1 || continue
    issuer=$candidate issuers[$key]=$candidate
    return
  done
}
# Each list in words once for each issuer; empty when that one has not signed it.
inWords() { # list, issuer: sets words
  local key=$1$2
  if [ -z "${issued[$key]:-}" ]; then
    issued[$key]=$scratch/list-${#issued[@]}
    openssl crl -inform DER -in "$1" -noout -CAfile "$2" -text >"${issued[$key]}" 2>"$scratch/why"
    grep -q 'verify OK' "$scratch/why" || : >"${issued[$key]}"
    from[$key]=$(epoch "$(sed -n 's/ *Last Update: //p' "${issued[$key]}")")
    until[$key]=$(sed -n 's/ *Next Update: //p' "${issued[$key]}")
    [ "${until[$key]}" = NONE ] && until[$key]=0 || until[$key]=$(epoch "${until[$key]}")
  fi
  words=${issued[$key]} list=$key
}
revocation() { # what, certificate, signed at, proved at
  local certificate=$2 issuer list serial end when speaks words key
  key=$(sha256sum <"$2")$3,$4
  [ -n "${asked[$key]:-}" ] && return
  asked[$key]=1
  while [[ $certificate != */root-* ]]; do
    issuerOf "$certificate"
    [ -n "$issuer" ] || break
    serial=$(openssl x509 -in "$certificate" -noout -serial | sed 's/serial=//')
    end=$(epoch "$(openssl x509 -in "$certificate" -noout -enddate | sed 's/notAfter=//')")
    speaks=
    for list in "$files"/revocation/*.crl; do
      [ -f "$list" ] || continue
      inWords "$list" "$issuer"
      [ -s "$words" ] || continue
      when=$(grep -A1 "Serial Number: $serial\$" "$words" | sed -n 's/.*Revocation Date: //p')
      if [ -n "$when" ]; then
        when=$(epoch "$when")
        [ "$when" -le "$3" ] && fail revocation "$1: $(openssl x509 -in "$certificate" -noout -subject) was revoked"
        [ -n "$4" ] && [ "$when" -le "$4" ] && unproved revocation "$1: revoked before it was stamped"
      fi
      if [ "${from[$list]}" -ge "$3" ]; then [ "${from[$list]}" -le "$end" ] && speaks=1; else [ "${until[$list]}" -gt "$3" ] && speaks=1; fi
    done
    [ -n "$speaks" ] || unproved revocation "$1: no list speaks of $(openssl x509 -in "$certificate" -noout -subject)"
    certificate=$issuer
  done
}
revocation index.xml.p7m "$scratch/maker.pem" "$made" "$indexAt"

# What is certified by each kind, and the events of records that name it.
certifies() {
  case $1 in
    acceptance) echo accettazione acceptance ;;
    non-acceptance) echo non-accettazione non-acceptance-formal ;;
    non-acceptance-virus) echo non-accettazione non-acceptance-virus ;;
    transport-envelope) echo posta-certificata acceptance envelope-received ;;
    take-charge) echo presa-in-carico take-charge-emitted take-charge-received ;;
    delivery-*) echo avvenuta-consegna delivery-receipt-emitted notification-received ;;
    non-delivery) echo errore-consegna nondelivery-emitted notification-received ;;
    virus-non-delivery) echo errore-consegna virus-nondelivery-emitted notification-received ;;
    timeout-12h | timeout-24h) echo preavviso-errore-consegna "$1" ;;
    virus-detection) echo rilevazione-virus virus-detected virus-notice-received ;;
  esac
}
original=$files/messages/original.eml
for ((at = 1; at <= messages; at++)); do
  node="//messaggio[$at]"
  ask "$files/index.xml" "$node"/@{file,genere,firmatario,registrazione,impronta,gestore,istante,id}
  file=${values[0]} kind=${values[1]} signer=${values[2]} record=${values[3]} told=("${values[@]:4}")
  instant=$(epoch "${told[2]}") entity=$scratch/entity
  boundary=$(grep -ao -m1 'boundary="[^"]*"' "$files/$file" | head -1 | sed 's/.*="//;s/"$//')
  mapfile -t places < <(lines "$files/$file" "--$boundary")
  [ ${#places[@]} -eq 2 ] || fail message-signature "$file is not signed"
  cut "$files/$file" $((places[0] + ${#boundary} + 4)) $((places[1] - 2)) >"$entity"
  digest <"$entity"
  [ "$hash" = "${told[0]}" ] || fail message-signature "$file has another signed entity"
  openssl smime -pk7out -in "$files/$file" -out "$scratch/signature.pem" 2>/dev/null || fail message-signature "$file is not signed"
  openssl cms -verify -binary -inform PEM -in "$scratch/signature.pem" -content "$entity" -CAfile "$roots" \
    -certfile "$scratch/untrusted.pem" -attime "$instant" -signer "$scratch/signer.pem" -out /dev/null 2>"$scratch/why" ||
    fail message-signature "$file: $(tail -1 "$scratch/why")"
  openssl x509 -in "$scratch/signer.pem" -noout -email | grep -qxiF -- "$signer" ||
    fail message-signature "$file is not signed by $signer"
  sed '/^\r*$/q' "$files/$file" | grep -aqF "$signer" ||
    fail message-signature "$file is not from $signer"

  sed '/^\r*$/q' "$files/$file" | tr -d '\r\n' | grep -aqF "<${told[3]}>" || fail message-kind "$file has another Message-ID"

  # The record that names it, and the time that is proved by its seal.
  provedAt=$indexAt
  if [ -n "$record" ]; then
    read -r _ events < <(certifies "$kind")
    event=$(sed -n 's/.*"event":"\([a-z0-9-]*\)".*/\1/p' "$files/log/records/$record.json")
    [[ " $events " == *" $event "* ]] || fail records "log/records/$record.json does not name $file"
    grep -qE "\"digests\":\[[^]]*\"$hash\"" "$files/log/records/$record.json" ||
      fail records "log/records/$record.json does not name $file"
    seal=${recordSeal[$record]:-}
    [ -n "$seal" ] && provedAt=${sealAt[$seal]:-$provedAt}
  else
    unproved records "no record names $file: it rests on its own signature"
  fi
  if [ -z "$provedAt" ]; then unproved message-signature "no time stamp covers $file"; else
    [ "$instant" -le $((provedAt + 60)) ] || fail timeline "$file is later than what proves it"
    openssl verify -CAfile "$roots" -untrusted "$scratch/untrusted.pem" -attime "$provedAt" "$scratch/signer.pem" >/dev/null 2>&1 ||
      unproved message-signature "the certificate of $file was not in force any more when it was stamped"
  fi
  revocation "$file" "$scratch/signer.pem" "$instant" "$provedAt"
  [ "$instant" -le $((made + 60)) ] || fail timeline "$file is later than the file"

  # 7 message-kind
  read -r type _ < <(certifies "$kind")
  sed '/^\r*$/q' "$files/$file" | grep -aqiE "^X-(Ricevuta|Trasporto): *$type"$'\r*$' || fail message-kind "$file is not of kind $kind"
  part "$entity" daticert.xml || fail message-kind "$file has no daticert.xml"
  cut "$entity" "$begin" "$end" >"$scratch/daticert.xml"
  if head -c "$begin" "$entity" | tail -c 400 | grep -aqiE '^Content-Transfer-Encoding: *base64'; then
    tr -d '\r\n ' <"$scratch/daticert.xml" | openssl base64 -d -A >"$scratch/decoded" && mv "$scratch/decoded" "$scratch/daticert.xml"
  fi
  xmllint --nonet --noout "$scratch/daticert.xml" 2>/dev/null || fail message-kind "daticert.xml of $file cannot be read"
  ask "$scratch/daticert.xml" /postacert/@tipo //identificativo //mittente //gestore-emittente //oggetto //msgid //giorno //ora //data/@zona
  [ "${values[0]}" = "$type" ] || fail message-kind "$file certifies another kind"
  [ "${values[1]}" = "$identifier" ] || fail message-kind "$file is about another message"
  [ "${values[2]}" = "$sender" ] || fail message-kind "$file is about another sender"
  [ "${values[3]}" = "${told[1]}" ] || fail message-kind "$file is of another provider"
  [ -z "${values[4]}" ] || [ "${values[4]}" = "$subject" ] || fail message-kind "$file has another subject"
  [ -z "${values[5]}" ] || [ "${values[5]}" = "$reference" ] || fail message-kind "$file is about another message"
  [[ ${values[6]} =~ ^([0-9]+)/([0-9]+)/([0-9]+)$ ]] || fail message-kind "$file certifies no day"
  [ "$(epoch "${BASH_REMATCH[3]}-${BASH_REMATCH[2]}-${BASH_REMATCH[1]} ${values[7]} ${values[8]}")" = "$instant" ] ||
    fail message-kind "$file certifies another instant"
  people() { xmllint --nonet --xpath "$1" "$2" 2>/dev/null | sed 's/<[^>]*>/\n/g' | tr -d ' \t' | sed '/^$/d' | sort -fu; }
  [ "$(people '//destinatari' "$scratch/daticert.xml")" = "$(people /fascicolo/destinatario "$files/index.xml")" ] ||
    fail message-kind "$file is about other recipients"
  [ "$(people '//consegna[not(//ricezione)]|//ricezione' "$scratch/daticert.xml")" = "$(people "$node/riguarda" "$files/index.xml")" ] ||
    fail message-kind "$file is about another recipient"

  looked=$((looked + 1))
  # 8 original
  if part "$entity" postacert.eml; then
    cut "$entity" "$begin" "$end" >"$scratch/postacert.eml"
    if [ ! -f "$original" ]; then unproved original "$file encloses an original that is not there"
    elif [ "$kind" = delivery-brief ]; then brief+=("$file")
    else cmp -s "$scratch/postacert.eml" "$original" || fail original "$file encloses another one than messages/original.eml"; fi
  fi
done
if [ -f "$original" ]; then
  digest <"$original"
  for file in "$files"/log/records/*.json; do
    named=$(sed -n 's/.*"original":"\([0-9a-f]*\)".*/\1/p' "$file")
    [ -z "$named" ] || [ "$named" = "$hash" ] || fail original "log/records/$(basename "$file") names another original"
  done
fi

# ---- 13 outcomes: of each recipient said to have it, that a delivery receipt about it is there
for ((at = 1; at <= recipients; at++)); do
  node="//destinatario[$at]"
  outcome=$(says "$node/@esito") source=$(says "$node/@fonte") address=$(says "$node")
  case $outcome:$source in
    consegnato:messages/*)
      [ "$(count "//messaggio[@file='$source'][starts-with(@genere,'delivery-')][riguarda=$(literal "$address")][@istante='$(says "$node/@istante")']")" = 1 ] ||
        fail outcomes "$source does not say that $address has it"
      impronta=$(says "//messaggio[@file='$source']/@impronta")
      grep -lF "$impronta" "$files"/log/records/*.json 2>/dev/null | while read -r file; do
        grep -F "\"recipient\":$(json "$address")" "$file" | grep -qF '"tracking":' && exit 1
        true
      done || fail outcomes "$source is not of the provider of $address"
      ;;
    consegnato:log/records/*)
      grep -qF "\"recipient\":$(json "$address")" "$files/$source" || fail outcomes "$source does not say that $address has it"
      ;;
    non-consegnato:messages/*)
      [ "$(count "//messaggio[@file='$source'][@genere='non-delivery'][riguarda=$(literal "$address")]")" = 1 ] ||
        fail outcomes "$source does not say that $address has it not"
      [ "$(count "//messaggio[starts-with(@genere,'delivery-')][riguarda=$(literal "$address")]")" = 0 ] ||
        fail outcomes "there is a delivery receipt about $address"
      ;;
  esac
done

# ---- 14 report
digest < <(grep -v 'nome="report.pdf"' "$files/index.xml")
[ "$(grep -ao '(ceralacca-fascicolo/[0-9]* [0-9a-f]*)' "$files/report.pdf")" = "(ceralacca-fascicolo/1 $hash)" ] ||
  fail report "report.pdf is of another index"

for ((at = 1; at <= missing; at++)); do
  unproved "$(says "//mancante[$at]/@cosa")" "$(says "//mancante[$at]")"
done
# An error of this script must not pass for a result.
[ "$looked" = "$messages" ] && [ ${#sealSize[@]} = "$seals" ] && [ "$messages" -ge 0 ] && [ "$recipients" -gt 0 ] || fail package "not all of it could be looked at"
echo "$provider: $identifier from $sender"
for ((at = 1; at <= recipients; at++)); do
  echo "  $(says "//destinatario[$at]"): $(says "//destinatario[$at]/@esito") $(says "//destinatario[$at]/@istante")"
done
for file in "${brief[@]:-}"; do
  [ -z "$file" ] || echo "NOT LOOKED AT: the hashes in $file (ceralacca verify compares them)"
done
[ ${#open[@]} -eq 0 ] && echo "All of it holds, as far as these programs can tell." && exit 0
printf '%s\n' "${open[@]}"
exit 3
