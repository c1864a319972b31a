#!/usr/bin/env bash
# Makes these time-stamp tokens of tests/vectors/open/commitment.json anew with OpenSSL 3, which is no part of this project.
# Keys are thrown away; every run gives other certificates and tokens, and the tests must hold for all of them.
set -euo pipefail
cd "$(dirname "$0")"
here=$PWD data=$PWD/../../../vectors/open/commitment.json
work=$(mktemp -d) && trap 'rm -rf "$work"' EXIT && cd "$work"
echo 01 > serial

key() { case $1 in
  p256) openssl ecparam -name prime256v1 -genkey -noout ;;
  p384) openssl ecparam -name secp384r1 -genkey -noout ;;
  *) openssl genrsa "${2:-2048}" 2>/dev/null ;;
esac > "$1.key"; }
# certificate NAME ISSUER DAYS EXTENSIONS...: NAME.pem, signed by ISSUER
certificate() {
  local name=$1 issuer=$2 days=$3; shift 3
  printf '%s\n' "$@" > "$name.ext"
  openssl req -new -key "$name.key" -subj "/O=Example/CN=$name" -out "$name.csr"
  if [ "$issuer" = "$name" ]; then
    openssl x509 -req -in "$name.csr" -signkey "$name.key" -days "$days" -extfile "$name.ext" -out "$name.pem" 2>/dev/null
  else
    openssl x509 -req -in "$name.csr" -CA "$issuer.pem" -CAkey "$issuer.key" -CAcreateserial -days "$days" \
      -extfile "$name.ext" -out "$name.pem" 2>/dev/null
  fi
}
stamping='extendedKeyUsage=critical,timeStamping'
authority='basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign'
key ca; certificate ca ca 36500 "$authority"
key sub; certificate sub ca 36500 "$authority"
key stranger; certificate stranger stranger 36500 "$authority"
for name in rsa p256 p384 v1; do key $name; certificate $name ca 36500 "$stamping"; done
key below; certificate below sub 36500 "$stamping"
key not_critical; certificate not_critical ca 36500 'extendedKeyUsage=timeStamping'
key two_purposes; certificate two_purposes ca 36500 'extendedKeyUsage=critical,timeStamping,codeSigning'
key weak 1024; certificate weak ca 36500 "$stamping"
key expired; certificate expired ca -1 "$stamping" || true
# A certificate that claims an issuer who is no authority.
key leaf; certificate leaf ca 36500 'basicConstraints=CA:FALSE'
key of_leaf; certificate of_leaf leaf 36500 "$stamping"

# reply NAME CERTIFICATE [CHAIN] [HASH OF ESSCertID] [DATA]: NAME.tsr
reply() {
  cat > ts.cnf <<CNF
[tsa]
default_tsa = t
[t]
serial = $work/serial
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
ess_cert_id_alg = ${4:-sha256}
CNF
  openssl ts -query -data "${5:-$data}" -sha256 -cert -no_nonce -out query.tsq 2>/dev/null
  openssl ts -reply -config ts.cnf -section t -queryfile query.tsq -signer "$2.pem" -inkey "$2.key" ${3:+-chain "$3.pem"} \
    -sha256 -out "$here/$1.tsr" 2>/dev/null
}
for name in rsa p256 p384; do
  reply $name $name
  openssl ts -verify -queryfile query.tsq -in "$here/$name.tsr" -CAfile ca.pem 2>/dev/null
done
cp query.tsq "$here/request.tsq"
reply v1 v1 '' sha1
reply below below sub
printf other > other && reply other rsa '' sha256 "$work/other"
for name in weak of_leaf; do reply $name $name; done

# What `openssl ts` does not make: the same content in other signatures, as a response.
openssl ts -reply -in "$here/rsa.tsr" -token_out -out token.der
openssl cms -verify -noverify -in token.der -inform DER -binary -out info.der 2>/dev/null
respond() { # NAME CERTIFICATE OPTIONS OF cms...
  local name=$1 certificate=$2; shift 2
  openssl cms -sign -in info.der -binary -nodetach -econtent_type 1.2.840.113549.1.9.16.1.4 -signer "$certificate.pem" \
    -inkey "$certificate.key" -md sha256 -outform DER -out cms.der "$@"
  python3 - "$here/$name.tsr" <<'PY'
import sys
token = b"\x30\x03\x02\x01\x00" + open("cms.der", "rb").read()
open(sys.argv[1], "wb").write(b"\x30\x82" + len(token).to_bytes(2, "big") + token)
PY
}
respond pss rsa -cades -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:32
respond no_ess rsa
for name in not_critical two_purposes expired; do respond $name $name -cades; done
printf '\x30\x0c\x30\x0a\x02\x01\x02\x30\x05\x0c\x03bad' > "$here/refused.tsr"
cp ca.pem stranger.pem rsa.pem "$here/"
