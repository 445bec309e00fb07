"""A foreign chip: the passport of the Virtual Smart Card project (vicc), in a virtual reader of pcscd.

    epass.py PORT FOLDER [as-it-is]

The files in FOLDER, named by their file identifiers (011E, 0101 ...), are its eMRTD application. EF.DG1 (0101), of a passport,
has to be there: it opens by basic access control with what stands in its machine readable zone.

The project's own sources run here. What Python 3 broke in them is mended as they are loaded, line by line, and a line that is
not there any more is an error. They also leave out the status word of a protected answer, DO 99 of ICAO 9303-11 9.8.4, so that
nothing protects it: that is mended too, unless `as-it-is` is said. And nobody reads it in the clear, as its sources let him.
"""

import importlib
import importlib.util
import logging
import sys
import types
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

SOURCES = "/usr/lib/python3/site-packages/virtualsmartcard"
AID = bytes.fromhex("A0000002471001")

BYTES_AND_TEXT = {
    "TLVutils": [('return b"".join(result)', "return result")],
    "CryptoUtils": [
        ("result.append(chr(op(ord(string1[i]), ord(string2[i]))))", "result.append(op(string1[i], string2[i]))"),
        ('return "".join(result)', "return bytes(result)"),
        ("data = inttostring(ssc) + data", "data = inttostring(ssc, 8) + data"),  # leading zeros
    ],
    "SEutils": [
        ('return_data = ["", ]', "return_data = []"),
        ('data="".join(return_data)', 'data=b"".join(return_data)'),
        ("stringtoint(value[0])", "value[0]"),
        ('return_data = ""', 'return_data = b""'),
        ('if result != "":', 'if result != b"":'),
        ('"\\x01" + encrypted', 'b"\\x01" + encrypted'),
    ],
}
STATUS_WORD = [
    ('if sw == SW["NORMAL"]:\n            if self.cct', "if True:\n            if self.cct"),
    (
        "            return_data += encrypted_tlv\n",
        "            return_data += encrypted_tlv\n        return_data += pack([(0x99, 2, inttostring(sw, 2))])\n",
    ),
]


class Des:
    """As PyCrypto has it, which Debian has no more."""

    MODE_ECB, MODE_CBC = modes.ECB, modes.CBC
    block_size = 8

    @classmethod
    def new(cls, key, mode, *iv):
        # TripleDES takes a key of one or two parts, too.
        cipher = Cipher(algorithms.TripleDES(key), mode(*iv))
        one = types.SimpleNamespace()
        one.encrypt = lambda data: cipher.encryptor().update(data)
        one.decrypt = lambda data: cipher.decryptor().update(data)
        return one


def put_module(name, **contents):
    module = types.ModuleType(name)
    module.__dict__.update(contents)
    sys.modules[name] = module
    return module


def load_mended(name, changes):
    full = f"virtualsmartcard.{name}"
    source = Path(importlib.util.find_spec(full).origin).read_text(encoding="utf-8")
    for wrong, right in changes:
        if wrong not in source:
            raise SystemExit(f"epass.py: {full} has no line '{wrong}'")
        source = source.replace(wrong, right)
    module = put_module(full)
    setattr(importlib.import_module("virtualsmartcard"), name, module)
    exec(compile(source, full, "exec"), module.__dict__)


def load_sources(as_it_is):
    sys.path.insert(0, SOURCES)
    put_module("Crypto")
    put_module("Crypto.Cipher", DES3=Des, DES=Des, AES=None, ARC4=None)
    put_module("Crypto.Hash", HMAC=None, SHA=None)
    changes = dict(BYTES_AND_TEXT)
    if not as_it_is:
        changes["SEutils"] = changes["SEutils"] + STATUS_WORD
    for name, lines in changes.items():
        load_mended(name, lines)


def make_card(folder):
    """The master file with the application, and what keeps its keys."""
    from virtualsmartcard.cards.ePass import PassportSAM
    from virtualsmartcard.SmartcardFilesystem import DF, MF, TransparentStructureEF

    master = MF()
    application = DF(parent=master, fid=4, dfname=AID, bertlv_data=[])
    for file in sorted(Path(folder).iterdir()):
        fid = int(file.name, 16)
        one = TransparentStructureEF(parent=application, fid=fid, shortfid=fid & 0x1F, filedescriptor=0, data=file.read_bytes())
        application.append(one)
    master.append(application)
    return master, PassportSAM(master)


def main():
    port, folder, *words = sys.argv[1:]
    load_sources("as-it-is" in words)
    from virtualsmartcard import VirtualSmartcard
    from virtualsmartcard.utils import inttostring

    class Generator:
        def __init__(self, _):
            pass

        def getCard(self):
            return make_card(folder)

    class Passport(VirtualSmartcard.Iso7816OS):
        def execute(self, msg):
            if msg[:2] == b"\x00\xb0":  # its sources read to anybody
                return inttostring(0x6982)
            try:
                return super().execute(msg)
            except Exception:  # whatever its sources have not thought of
                logging.exception("the card fails")
                return inttostring(0x6F00)

    VirtualSmartcard.CardGenerator = Generator
    VirtualSmartcard.Iso7816OS = Passport
    VirtualSmartcard.VirtualICC(None, "ePass", "127.0.0.1", int(port), logginglevel=logging.INFO).run()


if __name__ == "__main__":
    main()
