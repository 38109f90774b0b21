"""Throw-away authority and certificates for relays, made with the library that the services already have."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class Certificates:
    """Throw-away authority and certificates, made with the library that the services already have."""

    @dataclass
    class Pair:
        certificate: x509.Certificate
        key: ec.EllipticCurvePrivateKey

    @staticmethod
    def authority() -> "Certificates.Pair":
        return Certificates._made("authority", None, None)

    @staticmethod
    def signed(by, name, address):
        return Certificates._made(name, by, address)

    @staticmethod
    def _made(name, by, address):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(by.certificate.subject if by else subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return Certificates.Pair(builder.sign(by.key if by else key, hashes.SHA256()), key)

    @staticmethod
    def write(path, thing):
        pem = serialization.Encoding.PEM
        if isinstance(thing, x509.Certificate):
            path.write_bytes(thing.public_bytes(pem))
        else:
            none = serialization.NoEncryption()
            path.write_bytes(thing.private_bytes(pem, serialization.PrivateFormat.PKCS8, none))
