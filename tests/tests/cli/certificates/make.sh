#!/bin/sh
# Makes the certificates of the tests, in this folder. They are committed, as tests must not need openssl. Nothing else trusts them.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
key "$work/ca.key"
key "$work/key.pem"
openssl pkcs8 -topk8 -nocrypt -in "$work/key.pem" -outform DER -out key.der
cat > "$work/ca.cnf" <<END
[ca]
default_ca = it
[it]
dir = $work
database = $work/index
new_certs_dir = $work
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
END
: > "$work/index"
# issue NAME SUBJECT EXTENSIONS FROM TO [OPTIONS]
issue() {
    name=$1 subject=$2 extensions=$3 from=$4 to=$5
    shift 5
    printf '%b' "$extensions" > "$work/ext"
    openssl req -new -key "$work/$name.key" -subj "/CN=$subject" -out "$work/csr"
    openssl ca -batch -config "$work/ca.cnf" -in "$work/csr" -out "$work/$name.pem" -extfile "$work/ext" -notext \
        -startdate "$from" -enddate "$to" "$@" 2>/dev/null
}
issue ca test-ca 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n' \
    20200101000000Z 21200101000000Z -selfsign -keyfile "$work/ca.key"
cp "$work/ca.pem" ca.pem
leaf() {
    cp "$work/key.pem" "$work/$1.key"
    issue "$1" test "subjectAltName=$2\nbasicConstraints=CA:$5\n" "$3" "$4" $6
    openssl x509 -in "$work/$1.pem" -outform DER -out "$1.der"
}
by_ca="-cert $work/ca.pem -keyfile $work/ca.key"
leaf good IP:127.0.0.1 20200101000000Z 21200101000000Z FALSE "$by_ca"
leaf expired IP:127.0.0.1 20200101000000Z 20210101000000Z FALSE "$by_ca"
leaf future IP:127.0.0.1 21190101000000Z 21200101000000Z FALSE "$by_ca"
leaf other-name DNS:other.example 20200101000000Z 21200101000000Z FALSE "$by_ca"
leaf self-signed IP:127.0.0.1 20200101000000Z 21200101000000Z TRUE "-selfsign -keyfile $work/key.pem"
