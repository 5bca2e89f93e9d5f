"""Public keys from certificates and signer blocks, and whether a signature by one holds.

Apps carry keys that a strict reader refuses and Android accepts: certificates in BER, RSA moduli written as negative
numbers. So the key's numbers are read with asn1crypto, and `cryptography` (OpenSSL) does the mathematics.
"""

import re
from collections.abc import Callable
from typing import Any, Final

from affidavit.signing.algorithms import DigestName, Family

MAX_BITS: Final = 16_384
"""Largest modulus, in bits, whose signatures are checked: OpenSSL's own bound (OPENSSL_RSA_MAX_MODULUS_BITS)."""
_MAX_EXPONENT_BITS: Final = 33
"""Largest public exponent, in bits, as in Android's own library (BoringSSL, rsa_impl.c)."""
_LEAST_EXPONENT: Final = 3
"""Android's library refuses smaller exponents and even ones (as above)."""
_ENDLESS: Final = re.compile(rb"[\x80-\xff]{1024}")
_CURVES: Final = {
    "secp224r1": "SECP224R1",
    "secp256r1": "SECP256R1",
    "secp384r1": "SECP384R1",
    "secp521r1": "SECP521R1",
}
"""The curves that Android's library has (BoringSSL, ec.cc), as asn1crypto and `cryptography` name them."""


class UnusableKeyError(ValueError):
    """The bytes are no public key whose signatures can be checked; the message says why."""


class UnsupportedKeyError(UnusableKeyError):
    """It is a key, but of a kind or size that cannot be checked here: nothing is known to be wrong with it."""


def key_of(certificate: bytes) -> bytes:
    """The SubjectPublicKeyInfo of a certificate, as its bytes.

    Raises:
        UnusableKeyError: the certificate cannot be read.
    """
    from asn1crypto import x509  # noqa: PLC0415 - costs 50 ms that unsigned artefacts need not pay

    try:
        parsed = x509.Certificate.load(certificate)
        check_form(parsed)
        return bytes(parsed["tbs_certificate"]["subject_public_key_info"].dump())
    except Exception as error:  # a third-party parser on hostile bytes: whatever it raises means "unreadable"
        raise UnusableKeyError(f"no certificate: {type(error).__name__}") from error


def may_stall(data: bytes) -> bool:
    """Whether BER could hold an object identifier of which one number takes the parser longer than a certificate may.

    Its time grows with the square of such a number, which looks like this; names in other scripts can, too, but hardly.
    """
    return _ENDLESS.search(data) is not None


def check_form(certificate: Any) -> None:
    """Whether all parts of a certificate are there and of the right kind: Android reads them all before it uses any.

    Args:
        certificate: asn1crypto's, which reads a part when it is asked for it. What names and times say does not matter.

    Raises:
        ValueError, TypeError, KeyError: they are not, or whatever else the parser raises.
    """
    body = certificate["tbs_certificate"]
    int(body["serial_number"])
    for name in (body["issuer"], body["subject"]):
        for part in name.chosen:
            for pair in part:
                _ = pair["type"].contents, pair["value"].contents
    _ = [body["validity"][bound].chosen.contents for bound in ("not_before", "not_after")]
    if body["extensions"].contents:
        _ = [item["extn_id"].contents for item in body["extensions"]]
    for algorithm in (body["signature"], certificate["signature_algorithm"]):
        _ = algorithm["algorithm"].contents
    _ = certificate["signature_value"].contents


def same_key(own: bytes, stated: bytes) -> bool:
    """Whether a key that stands beside a certificate is the certificate's, as Android compares them.

    Args:
        own: SubjectPublicKeyInfo of the certificate.
        stated: has to be the bytes that Android would write for the certificate's key, whatever bytes that has itself:
            it reads a negative RSA modulus as positive, and writes points of a curve at full length. The same bytes
            do for a key that cannot be read here.
    """
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above

    try:
        public = _public(_numbers(own))
    except ValueError:
        return own == stated
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return bytes(public.public_bytes(serialization.Encoding.DER, form)) == stated


def holds(key: bytes, family: Family, digest: DigestName, signature: bytes, data: bytes) -> bool:
    """Whether `signature` over `data` is that of the key.

    Args:
        key: SubjectPublicKeyInfo.
        family: padding and kind of key that the algorithm asks for.
        digest: over `data`; for RSA-PSS also that of its mask, with a salt of the digest's length.
        signature: as in the file.
        data: what was signed.

    Raises:
        UnsupportedKeyError: the key is of a kind or size that cannot be checked here.
        UnusableKeyError: the key cannot be read, or is of another kind than the algorithm asks for.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - as above

    try:
        _checker(_numbers(key), family, digest)(signature, data)
    except InvalidSignature:
        return False
    except UnusableKeyError:
        raise
    except (UnsupportedAlgorithm, ValueError, TypeError, OverflowError) as error:
        raise UnsupportedKeyError(f"the key cannot be used: {str(error)[:120]}") from error
    return True


Numbers = tuple[str, tuple[Any, ...]]
"""Family of a key (``rsa``, ``dsa`` or ``ec``) and its numbers."""


def _numbers(key: bytes) -> Numbers:
    """A key's family and numbers, whatever its encoding.

    Raises:
        UnusableKeyError: it cannot be read.
    """
    from asn1crypto import keys  # noqa: PLC0415 - as above

    if may_stall(key):
        raise UnsupportedKeyError("a key that may hold a number that would take too long to read")
    try:
        info = keys.PublicKeyInfo.load(key)
        return _READERS[str(info.algorithm)](info)
    except UnusableKeyError:
        raise
    except Exception as error:  # as above
        raise UnusableKeyError(f"no public key that is known here: {type(error).__name__}") from error


def _rsa(info: Any) -> Numbers:
    parsed = info["public_key"].parsed
    modulus, exponent = parsed["modulus"].native, parsed["public_exponent"].native
    if modulus < 0:  # written without the leading zero byte that a positive number needs
        modulus += 1 << 8 * len(parsed["modulus"].contents)
    if modulus.bit_length() > MAX_BITS or exponent.bit_length() > _MAX_EXPONENT_BITS:
        raise UnsupportedKeyError(
            f"an RSA key of {modulus.bit_length()} bits with an exponent of {exponent.bit_length()}"
        )
    if exponent < _LEAST_EXPONENT or not exponent % 2:
        raise UnusableKeyError(
            f"an RSA key with the exponent {exponent}, with which anything would be signed or nothing"
        )
    return "rsa", (modulus, exponent)


def _dsa(info: Any) -> Numbers:
    parameters = info["algorithm"]["parameters"]
    numbers = tuple(parameters[name].native for name in ("p", "q", "g"))
    if numbers[0].bit_length() > MAX_BITS:
        raise UnsupportedKeyError(f"a DSA key of {numbers[0].bit_length()} bits")
    return "dsa", (*numbers, info["public_key"].parsed.native)


def _ec(info: Any) -> Numbers:
    form, curve = info.curve
    if form != "named" or curve not in _CURVES:
        raise UnsupportedKeyError(f"an elliptic curve that cannot be checked here ({str(curve)[:64]})")
    return "ec", (str(curve), bytes(info["public_key"].native))


_READERS: Final[dict[str, Callable[[Any], Numbers]]] = {"rsa": _rsa, "rsassa_pss": _rsa, "dsa": _dsa, "ec": _ec}


def _public(numbers: Numbers) -> Any:
    """The key as `cryptography` has it.

    Raises:
        UnusableKeyError: it is no point of its curve.
        ValueError: the numbers are none that `cryptography` works with.
    """
    from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa  # noqa: PLC0415 - as above

    kind, values = numbers
    if kind == "rsa":
        modulus, exponent = values
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    if kind == "dsa":
        p, q, g, y = values
        return dsa.DSAPublicNumbers(y, dsa.DSAParameterNumbers(p, q, g)).public_key()
    curve, point = values
    named: ec.EllipticCurve = getattr(ec, _CURVES[curve])()
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(named, point)
    except ValueError as error:
        raise UnusableKeyError(f"the key is no point of the curve {curve}") from error


def _checker(numbers: Numbers, family: Family, digest: DigestName) -> Callable[[bytes, bytes], None]:
    """What checks a signature with the key: called with signature and data, it raises if they do not fit."""
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - as above
    from cryptography.hazmat.primitives.asymmetric import ec, padding  # noqa: PLC0415

    kind = numbers[0]
    if kind != family.partition("-")[0]:
        raise UnusableKeyError(f"the key is of the family {kind!r}, the algorithm asks for {family!r}")
    algorithm: hashes.HashAlgorithm = getattr(hashes, digest.upper())()
    public = _public(numbers)
    if kind == "dsa":
        return lambda signature, data: public.verify(signature, data, algorithm)
    if kind == "ec":
        return lambda signature, data: public.verify(signature, data, ec.ECDSA(algorithm))
    scheme = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size) if family == "rsa-pss" else padding.PKCS1v15()
    return lambda signature, data: public.verify(signature, data, scheme, algorithm)
