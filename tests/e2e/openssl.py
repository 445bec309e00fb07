"""What openssl and hashlib say of the files of an exported card, taken apart without any code of the program."""

import hashlib

from station import run

SM2_USER = "distid:1234567812345678"
SM2_SIGNATURE = "2a811ccf5501822d01"  # 1.2.156.10197.1.301.1
SM2_WITH_SM3 = "2a811ccf55018375"  # 1.2.156.10197.1.501


def whole_elements(der):
    """A row of DER elements: tag, contents, and the element with its head."""
    found = []
    while der:
        tag, size, head = der[0], der[1], 2
        if size & 0x80:
            head = 2 + (size & 0x7F)
            size = int.from_bytes(der[2:head], "big")
        if len(der) < head + size:
            raise ValueError("an element ends before its contents do")
        found.append((tag, der[head : head + size], der[: head + size]))
        der = der[head + size :]
    return found


def elements(der):
    """The tags and contents of a row of DER elements."""
    return [(tag, contents) for tag, contents, _ in whole_elements(der)]


def as_pem(certificate, pem):
    """Writes a DER certificate as PEM, which is what `-CAfile` takes."""
    run(["openssl", "x509", "-inform", "DER", "-in", certificate, "-out", pem], check=True)
    return pem


def verify_sod(card, content, *options):
    """EF.SOD of an exported card; what was signed goes to the file `content`."""
    signed = card / "eMRTD" / "EF.SOD.p7"
    return run(["openssl", "cms", "-verify", "-inform", "DER", "-in", signed, "-out", content, *options])


def verify_card_security(card, content, *options):
    """EF.CardSecurity of an exported card."""
    signed = card / "master" / "EF.CardSecurity"
    return run(["openssl", "cms", "-verify", "-inform", "DER", "-in", signed, "-out", content, *options])


def verify_by(issuer, file, folder):
    """`openssl pkeyutl` on the signature of a certificate or revocation list in DER, with the key of its issuer's certificate
    in PEM; its parts are written into the folder."""
    [(_, signed)] = elements(file.read_bytes())
    [(_, _, content), (_, algorithm, _), (_, bits, _)] = whole_elements(signed)
    (folder / "signed").write_bytes(content)
    (folder / "signature.der").write_bytes(bits[1:])
    command = ["openssl", "pkeyutl", "-verify", "-certin", "-inkey", issuer, "-rawin", "-in", folder / "signed"]
    command += ["-sigfile", folder / "signature.der"]
    sm2 = elements(algorithm)[0][1].hex() == SM2_WITH_SM3
    return run([*command, "-digest", "sm3", "-pkeyopt", SM2_USER] if sm2 else [*command, "-digest", "sha256"])


def group_digests(content):
    """The digests in an LDS security object, by number of the data group."""
    [(_, lds)] = elements(content)
    [_, (_, algorithm), (_, groups)] = elements(lds)
    if elements(algorithm)[0][1].hex() != "608648016503040201":  # 2.16.840.1.101.3.4.2.1, SHA-256
        raise ValueError("not SHA-256")
    digests = {}
    for _, group in elements(groups):
        (_, number), (_, digest) = elements(group)
        digests[int.from_bytes(number, "big")] = digest
    return digests


def digests_of_files(card):
    """The same, of the exported data groups."""
    files = (card / "eMRTD").glob("EF.DG*")
    return {int(file.name[5:]): hashlib.sha256(file.read_bytes()).digest() for file in files}


class NationalSignature:
    """SIGNATURE of an exported card: SignedData of GM/T 0010, detached and without signed attributes."""

    def __init__(self, card):
        self.folder = card / "national"
        [(_, signed)] = elements((self.folder / "SIGNATURE").read_bytes())
        [(_, kind), (_, wrapped)] = elements(signed)
        [(_, data)] = elements(wrapped)
        if kind.hex() != "2a811ccf550601040202":  # 1.2.156.10197.6.1.4.2.2
            raise ValueError("not SignedData of GM/T 0010")
        [_, _, (_, inner), (certificates_tag, certificates), (_, signers)] = elements(data)
        if len(elements(inner)) != 1 or certificates_tag != 0xA0:
            raise ValueError("not detached, or without a certificate")
        [(_, _, self.certificate)] = whole_elements(certificates)
        [(_, signer)] = elements(signers)
        [_, _, _, (_, algorithm), (tag, self.value)] = elements(signer)  # a sixth would be signed attributes
        if elements(algorithm)[0][1].hex() != SM2_SIGNATURE or tag != 0x04:
            raise ValueError("not SM2")

    def verify(self, content):
        """`openssl pkeyutl` on these bytes with the key of the certificate inside."""
        files = {name: self.folder / name for name in ("signer.der", "signer.pem", "signature.der", "signed")}
        files["signer.der"].write_bytes(self.certificate)
        files["signature.der"].write_bytes(self.value)
        files["signed"].write_bytes(content)
        command = ["openssl", "pkeyutl", "-verify", "-certin", "-inkey", as_pem(files["signer.der"], files["signer.pem"])]
        command += ["-rawin", "-digest", "sm3", "-pkeyopt", SM2_USER, "-in", files["signed"], "-sigfile", files["signature.der"]]
        return run(command)

    def verify_certificate(self, anchor):
        """`openssl verify` on the certificate inside, against an anchor in PEM."""
        der, pem = self.folder / "signer.der", self.folder / "signer.pem"
        der.write_bytes(self.certificate)
        return run(["openssl", "verify", "-vfyopt", SM2_USER, "-CAfile", anchor, as_pem(der, pem)])
