# A time-stamping authority of OpenSSL answers future.tsq: future.tsr and its certificate ca.pem.
set -euo pipefail
openssl ecparam -name prime256v1 -genkey -noout -out tsa.key
openssl req -new -x509 -key tsa.key -subj /CN=Authority -days 3650 -addext extendedKeyUsage=critical,timeStamping -out ca.pem
echo 01 > serial
printf '[t]\nserial = serial\ndefault_policy = 1.2.3.4\ndigests = sha256\ness_cert_id_alg = sha256\n' > ts.cnf
openssl ts -reply -config ts.cnf -section t -queryfile future.tsq -signer ca.pem -inkey tsa.key -sha256 -out future.tsr
