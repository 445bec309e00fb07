"""Programs and chips that are not of this project: they read its cards, and it reads theirs.

The programs are opensc-tool, OpenPACE (tests/foreign/reader, whose path comes in OPENPACE_READER), mrtdreader with libnfc's
calls carried over PC/SC (tests/foreign/nfc, in NFC_OVER_PCSC_LIBRARY); the chip is the passport of the Virtual Smart Card
project (tests/foreign/epass.py).
"""

import hashlib
import json
import os
import re
import subprocess
import sys
import unittest

from openssl import elements
from station import FIRST_PORT, READERS, SAMPLE, SOURCE, Station, await_empty, main, run, sample_orders, send

OPENPACE_READER = os.environ.get("OPENPACE_READER", "openpace_reader")
NFC_LIBRARY = os.environ.get("NFC_OVER_PCSC_LIBRARY", "libnfc_over_pcsc.so")
PROFILES = SOURCE / "profiles"
EMRTD = "A0000002471001"

PACE_GM, PACE_CAM, CHIP_AUTHENTICATION = (
    "0.4.0.127.0.7.2.2.4.2.2",  # ECDH, generic mapping, AES-128
    "0.4.0.127.0.7.2.2.4.6.2",  # ECDH, chip authentication mapping, AES-128
    "0.4.0.127.0.7.2.2.3.2.2",  # ECDH, AES-128
)


def zone_of(data_group_1):
    """The machine readable zone in EF.DG1."""
    [(tag, contents)] = elements(data_group_1)
    assert tag == 0x61 and contents.startswith(b"\x5f\x1f"), data_group_1
    return contents[3:].decode("ascii")


def zone_information(zone):
    """Number, birth and expiry of three lines of 30 characters, each with its check digit: ICAO 9303-11 4.3.2."""
    number = zone[5:15]
    if number.endswith("<"):  # longer than its place: the rest and the check digit are in the optional data
        number = number[:-1] + zone[15:30].partition("<")[0]
    return number + zone[30:37] + zone[38:45]


class Reading(unittest.TestCase):
    """Our cards, read by others."""

    def insert_new(self, profile, order=None, platform="globalplatform"):
        """Makes a card and leaves it in the first reader; the folder of its exported files, its portrait beside it."""
        self.station = station = Station(self, profile=profile)
        if order:
            station.import_orders("foreign", [order])
        else:
            station.good("orders", "import", next((profile / "sample").glob("orders.*")))
        card = station.issue(1, platform=platform)[0]
        chips = station.serve(slots=1)
        self.addCleanup(chips.stop)
        chips.tell(f"insert 0 {card.name}")
        files = station.folder / "exported"
        station.good("inspect", "--writer", "writer-1", "--export", files, "--portrait", station.folder / "portrait")
        return files

    def test_openpace_reads_a_card_by_number_and_by_zone(self):
        files = self.insert_new(PROFILES / "prc-2023", {**sample_orders()[0], "access_number": "480913"})
        zone = zone_information(zone_of((files / "eMRTD" / "EF.DG1").read_bytes()))
        number = ("can", "480913")
        ways = [number, ("zone", zone), (*number, PACE_GM), (*number, PACE_CAM), ("zone", zone, PACE_CAM)]
        expected = {file.name: file.read_bytes() for file in (files / "eMRTD").glob("EF.*") if file.suffix != ".p7"}
        expected |= {file.name: file.read_bytes() for file in (files / "master").glob("EF.Card*") if file.suffix != ".p7"}
        self.assertEqual(len(expected), 10)
        for way in ways:
            with self.subTest(way=way[0], protocol=way[2:]):
                done = run([OPENPACE_READER, READERS[0], *way])
                self.assertEqual(done.returncode, 0, done.stderr)
                read = dict(line.split(" ") for line in done.stdout.splitlines())
                self.assertEqual(read.pop("PACE"), way[2] if way[2:] else PACE_GM)
                self.assertEqual(read.pop("mapping", None), "proven" if PACE_CAM in way else None)
                self.assertEqual(read.pop("chip-authentication"), CHIP_AUTHENTICATION)
                self.assertEqual({name: bytes.fromhex(value) for name, value in read.items()}, expected)
        for wrong in (("can", "480914"), ("zone", zone[:-1] + str((int(zone[-1]) + 1) % 10))):
            with self.subTest(wrong=wrong[0]):
                done = run([OPENPACE_READER, READERS[0], *wrong])
                self.assertEqual((done.returncode, done.stderr.strip()), (1, "openpace_reader: GENERAL AUTHENTICATE: 6300"))
                self.assertNotIn("EF.DG1", done.stdout)

    def test_opensc_learns_nothing_before_access(self):
        files = self.insert_new(PROFILES / "prc-2023")
        access = (files / "master" / "EF.CardAccess").read_bytes()
        answers = send(READERS[0], "00A4000C023F00", "00A4020C02011C", "00B0000000", "00B09C0000")
        self.assertEqual([status for status, _ in answers], ["9000"] * 4)
        self.assertEqual([data for _, data in answers[2:]], [access] * 2)
        for name, fid in (("EF.CardSecurity", "011D"), ("EF.ATR/INFO", "2F01")):
            with self.subTest(file=name):
                answers = send(READERS[0], "00A4000C023F00", f"00A4020C02{fid}", "00B0000000")
                self.assertIn(answers[1][0], ("9000", "6982", "6A82"))
                self.assertNotEqual(answers[2][0], "9000")
                self.assertEqual(answers[2][1], b"")
        for number in ("01", "02", "0B", "0C", "0E", "0F", "1D", "1E"):
            with self.subTest(short_id=number):
                reads = ("00B0000000", f"00B0{0x80 + int(number, 16):02X}0000")
                answers = send(READERS[0], f"00A4040C07{EMRTD}", f"00A4020C0201{number}", *reads)
                self.assertEqual([status for status, _ in answers[2:]], ["6982"] * 2)
                self.assertEqual([data for _, data in answers], [b""] * 4)
        commands = {
            "CPLC": "80CA9F7F00",
            "key information": "80CA00E000",
            "INITIALIZE UPDATE": "8050000008000102030405060700",
        }
        for name, command in commands.items():
            with self.subTest(command=name):
                self.assertEqual(send(READERS[0], "00A4040000", command)[1], ("6982", b""))

    def test_mrtdreader_reads_a_card_by_basic_access_control(self):
        files = self.insert_new(PROFILES / "icao-td1", platform="iso7816") / "eMRTD"
        zone = zone_of((files / "EF.DG1").read_bytes())
        portrait = self.station.folder / "portrait"
        number, born, expires = zone[5:14], zone[30:36], zone[38:44]
        work = self.station.folder / "mrtdreader"
        work.mkdir()

        def mrtdreader(born):
            environment = {**os.environ, "LD_PRELOAD": NFC_LIBRARY, "NFC_OVER_PCSC": READERS[0]}
            return run(["mrtdreader", "-p", number, "-b", born, "-e", expires], cwd=work, env=environment)

        done = mrtdreader(born)
        self.assertIn("Challenge successful!", done.stdout, done.stderr)
        for name in ("EF.COM", "EF.SOD"):
            with self.subTest(file=name):
                shown = re.search(rf"Getting {name}\.\.\. done\nFile content: ([0-9a-f]+)\n", done.stdout)
                self.assertIsNotNone(shown, done.stdout)
                self.assertEqual(bytes.fromhex(shown[1]), (files / name).read_bytes())
        self.assertIn(zone, done.stdout)
        self.assertEqual((work / "image.jpg").read_bytes(), portrait.read_bytes())

        failed = mrtdreader("000101")
        self.assertNotIn("Challenge successful!", failed.stdout)
        self.assertNotIn(number, failed.stdout)


def der(tag, *contents):
    """An element of DER, its tag of one byte or two."""
    value = b"".join(contents)
    size = len(value).to_bytes(3, "big").lstrip(b"\0") or b"\0"
    head = size if len(value) < 0x80 else bytes([0x80 + len(size)]) + size
    return bytes.fromhex(tag) + head + value


class Passport(unittest.TestCase):
    """A chip of others, with a passport's files made here: of the holder in the examples of ICAO Doc 9303."""

    ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<" "L898902C<3UTO6908061F9406236ZE184226B<<<<<14"
    PRINTED = ("--number", "L898902C", "--born", "1969-08-06", "--expires", "1994-06-23")

    def setUp(self):
        self.station = Station(self)
        self.folder = self.station.folder

    def data_groups(self):
        """EF.COM, EF.DG1 and EF.DG2 as the Virtual Smart Card project's generator makes them."""
        image = (SAMPLE / "01.jpg").read_bytes()
        block = (32 + len(image)).to_bytes(4, "big") + bytes(16) + bytes.fromhex("0001016601B9") + bytes(6) + image
        face = b"FAC\x00010\x00" + (14 + len(block)).to_bytes(4, "big") + bytes.fromhex("0001") + block
        header = der("A1", bytes.fromhex("8702010188020501"))
        templates = der("7F61", der("02", b"\1"), der("7F60", header, der("5F2E", face)))
        return {
            "011E": der("60", der("5F01", b"0107"), der("5F36", b"040000"), der("5C", b"\x61\x75")),
            "0101": der("61", der("5F1F", self.ZONE.encode())),
            "0102": der("75", templates),
        }

    def authority(self):
        """A country's authority and its document signer, made by openssl; the folder of trust with the authority in it."""
        folder = self.folder / "authority"
        folder.mkdir()
        (folder / "ca.ext").write_text("basicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign,cRLSign\n")
        (folder / "signer.ext").write_text("keyUsage=critical,digitalSignature\n")
        for name, subject in (("ca", "/C=UT/CN=CSCA Utopia"), ("signer", "/C=UT/CN=Document Signer Utopia")):
            request = ["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", subject]
            run([*request, "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr"], check=True)
            issuer = ["-key", "ca.key"] if name == "ca" else ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"]
            sign = ["openssl", "x509", "-req", "-days", "400", "-sha256", "-extfile", f"{name}.ext", *issuer]
            run([*sign, "-in", f"{name}.csr", "-out", f"{name}.crt"], cwd=folder, check=True)
        trust = folder / "trust"
        (trust / "foreign").mkdir(parents=True)
        (trust / "foreign" / "utopia.crt").write_bytes((folder / "ca.crt").read_bytes())
        return trust

    def security_object(self, groups):
        """EF.SOD over the data groups, signed by openssl."""
        folder = self.folder / "authority"
        algorithm = der("30", bytes.fromhex("0609608648016503040201"), b"\x05\x00")
        digests = [
            der("30", der("02", bytes([int(fid[2:], 16)])), der("04", hashlib.sha256(group).digest())) for fid, group in groups
        ]
        (folder / "lds").write_bytes(der("30", der("02", b"\0"), algorithm, der("30", *digests)))
        sign = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-nosmimecap", "-md", "sha256"]
        sign += ["-econtent_type", "2.23.136.1.1.1", "-in", "lds", "-signer", "signer.crt", "-inkey", "signer.key"]
        sign += ["-outform", "DER", "-out", "sod"]
        run(sign, cwd=folder, check=True)
        return der("77", (folder / "sod").read_bytes())

    def inspect(self, files, *options, printed=PRINTED, words=()):
        """What `perso inspect` says of the chip with these files."""
        folder = self.folder / "passport"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        for fid, contents in files.items():
            (folder / fid).write_bytes(contents)
        log = open(self.folder / "epass.log", "ab")
        command = [sys.executable, "-B", SOURCE / "tests" / "foreign" / "epass.py", str(FIRST_PORT), folder, *words]
        chip = subprocess.Popen(command, stderr=log)
        try:
            done = self.station.perso("--json", "inspect", "--reader", READERS[0], *printed, *options)
        finally:
            chip.kill()
            chip.wait()
            log.close()
            await_empty(READERS[0])
        self.assertEqual((done.returncode, done.stderr), (1, ""), done.stdout)
        return json.loads(done.stdout)

    def signed_passport(self):
        trust = self.authority()
        files = self.data_groups()
        files["011D"] = self.security_object([item for item in files.items() if item[0] != "011E"])
        return files, trust

    def test_what_its_own_generator_makes_has_no_security_object(self):
        report = self.inspect(self.data_groups())
        self.assertEqual((report["verdict"], report["trust"]), ("unreadable", "unknown"))
        self.assertEqual(report["access"], "BAC with the machine readable zone")

    def test_a_signed_passport(self):
        files, trust = self.signed_passport()
        report = self.inspect(files)
        self.assertEqual((report["verdict"], report["trust"]), ("not trusted", "unknown"))
        self.assertEqual(report["number"], "L898902C")
        report = self.inspect(files, "--trust", trust, "--export", self.folder / "exported")
        self.assertEqual((report["verdict"], report["trust"]), ("expired", "foreign"))
        for fid, name in (("011E", "EF.COM"), ("0101", "EF.DG1"), ("0102", "EF.DG2"), ("011D", "EF.SOD")):
            [exported] = (self.folder / "exported").rglob(name)
            self.assertEqual(exported.read_bytes(), files[fid])
        files["0101"] = files["0101"].replace(b"ANNA<MARIA", b"ANNA<MARIX")
        report = self.inspect(files, "--trust", trust)
        self.assertEqual(report["verdict"], "altered")

    def test_it_does_not_open(self):
        files, _ = self.signed_passport()
        wrong = (*self.PRINTED[:-1], "1994-06-24")
        self.assertEqual(self.inspect(files, printed=wrong)["verdict"], "unreadable")
        # As its sources are: protected answers without a status word, which no channel takes.
        report = self.inspect(files, words=["as-it-is"])
        self.assertEqual((report["verdict"], report["holder"]), ("unreadable", {}))


if __name__ == "__main__":
    main()
