"""What `perso inspect` reads and exports, against independent programs: opensc-tool, openssl, hashlib."""

import hashlib
import re
import time
import unittest

from station import READERS, Station, main, run, sample_orders

APPLICATIONS = {  # as the profile says: application identifier, and the file identifiers by name
    "eMRTD": ("A0000002471001", {"EF.COM": "011E", "EF.DG1": "0101", "EF.DG2": "0102", "EF.DG15": "010F", "EF.SOD": "011D"}),
    "national": ("F0434E5052433233", {"TEXT": "0001", "PORTRAIT": "0002"}),
}


def send(reader, *commands):
    """Commands in hexadecimal through opensc-tool; pairs of status word and answer."""
    arguments = ["opensc-tool", "--reader", reader, "--card-driver", "default"]
    for command in commands:
        arguments += ["--send-apdu", command]
    done = run(arguments)
    if done.returncode != 0:
        raise AssertionError(f"opensc-tool: {done.stdout}{done.stderr}")
    answers = []
    for part in done.stdout.split("Received (SW1=0x")[1:]:
        status = part[0:2] + re.match(r".., SW2=0x(..)", part).group(1)
        lines = part.partition("Sending:")[0].splitlines()[1:]
        answers.append((status, bytes.fromhex("".join(line[:48] for line in lines))))
    return answers


def read_file(reader, aid, fid, size):
    """`size` bytes of a file and what comes after them, in short commands."""
    reads = [f"00B0{at:04X}{min(256, size - at) % 256:02X}" for at in range(0, size, 256)]
    answers = send(
        reader, f"00A4040C{len(aid) // 2:02X}{aid}", f"00A4020C02{fid}", *reads, f"00B0{size:04X}01"
    )
    assert all(status == "9000" for status, _ in answers[:-1]), answers
    return b"".join(data for _, data in answers[2:-1]), answers[-1][0]


def elements(der):
    """The tags and contents of a row of DER elements."""
    found = []
    while der:
        tag, size, head = der[0], der[1], 2
        if size & 0x80:
            head = 2 + (size & 0x7F)
            size = int.from_bytes(der[2:head], "big")
        found.append((tag, der[head : head + size]))
        der = der[head + size :]
    return found


class Inspect(unittest.TestCase):
    def export(self, station):
        """One issued card, inspected; the report and the folder with its files."""
        station.import_sample(1)
        card = station.issue(1)[0]
        folder = station.folder / "card"
        chips = station.serve()
        self.addCleanup(chips.stop)
        chips.tell(f"insert 1 {card.name}")
        report = station.json("inspect", "--writer", "writer-2", "--export", folder)
        self.assertTrue(report["passed"])
        self.assertEqual(report["number"], sample_orders()[0]["number"])
        return report, folder

    def test_each_file_is_exported_as_another_program_reads_it(self):
        report, folder = self.export(Station(self))
        listed = {(file["application"], file["name"]): file["bytes"] for file in report["files"]}
        self.assertEqual(set(listed), {(name, file) for name, (_, files) in APPLICATIONS.items() for file in files})
        for name, (aid, files) in APPLICATIONS.items():
            for file, fid in files.items():
                with self.subTest(file=f"{name}/{file}"):
                    exported = (folder / name / file).read_bytes()
                    self.assertEqual(len(exported), listed[name, file])
                    read, status_behind = read_file(READERS[1], aid, fid, len(exported))
                    self.assertEqual(exported, read)
                    self.assertEqual(status_behind, "6B00", "the file goes on behind what was exported")

    def check_digests(self, folder, content):
        """The LDS security object holds the SHA-256 of each exported data group, and of no other."""
        [(_, lds)] = elements(content)
        [_, (_, algorithm), (_, groups)] = elements(lds)
        self.assertEqual(elements(algorithm)[0][1].hex(), "608648016503040201")  # 2.16.840.1.101.3.4.2.1, SHA-256
        digests = {}
        for _, group in elements(groups):
            (_, number), (_, digest) = elements(group)
            digests[int.from_bytes(number, "big")] = digest
        self.assertEqual(set(digests), {1, 2, 15})
        for number, digest in digests.items():
            self.assertEqual(digest, hashlib.sha256((folder / "eMRTD" / f"EF.DG{number}").read_bytes()).digest())

    def verify(self, station, folder, *options):
        sod = folder / "eMRTD" / "EF.SOD"
        signed = sod.with_name("EF.SOD.p7")
        self.assertEqual(elements(sod.read_bytes()), [(0x77, signed.read_bytes())])
        content = folder / "lds"
        done = run(["openssl", "cms", "-verify", "-inform", "DER", "-in", signed, "-out", content, *options])
        return done, content.read_bytes() if done.returncode == 0 else b""

    def test_openssl_verifies_the_whole_chain_with_named_curves(self):
        station = Station(self, "--parameters", "named")
        _, folder = self.export(station)
        anchor = station.folder / "csca.pem"
        run(["openssl", "x509", "-inform", "DER", "-in", station.home / "keys" / "csca.crt", "-out", anchor], check=True)
        done, content = self.verify(station, folder, "-CAfile", anchor, "-purpose", "any")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_digests(folder, content)

        # The same against a stranger's trust anchor, and with one byte changed, has to fail.
        other = Station(self, "--parameters", "named")
        run(["openssl", "x509", "-inform", "DER", "-in", other.home / "keys" / "csca.crt", "-out", anchor], check=True)
        done, _ = self.verify(station, folder, "-CAfile", anchor, "-purpose", "any")
        self.assertNotEqual(done.returncode, 0)

    def test_openssl_verifies_the_signature_with_explicit_parameters(self):
        station = Station(self)
        _, folder = self.export(station)
        done, content = self.verify(station, folder, "-noverify")  # OpenSSL 3 refuses such a chain, not the signature
        self.assertEqual(done.returncode, 0, done.stderr)
        self.check_digests(folder, content)

        sod = folder / "eMRTD" / "EF.SOD"
        for file in (sod, sod.with_name("EF.SOD.p7")):
            damaged = bytearray(file.read_bytes())
            damaged[-1] ^= 1  # in the signature's last integer
            file.write_bytes(damaged)
        done, _ = self.verify(station, folder, "-noverify")
        self.assertNotEqual(done.returncode, 0)

    def test_opensc_talks_to_one_slot_while_another_is_encoded(self):
        station = Station(self)
        station.import_sample(3)
        card = station.issue(1)[0]
        still = station.folder / "still" / "stack"
        still.mkdir(parents=True)
        card.rename(still / card.name)
        station.make_chips(2)
        commands = ("00A4040C07A0000002471001", "00A4020C02011E", "00B0000000")
        during = 0
        with (
            station.serve(still.parent, slots=1, first_slot=1) as holding,
            station.serve(feed=True, slots=1, timing="contact") as encoding,
        ):
            holding.tell(f"insert 0 {card.name}")
            expected = station.json("inspect", "--writer", "writer-2")["files"][0]["bytes"]
            line = station.start("run", "--writer", "writer-1")
            while line.poll() is None:
                in_work = "personalizing" in encoding.tell("list")
                *_, (status, data) = send(READERS[1], *commands)
                self.assertEqual((status, len(data)), ("9000", expected))
                during += in_work and "personalizing" in encoding.tell("list")
                time.sleep(0.5)  # opensc-tool powers every reader's card on: a card has to have time to leave
            output, errors = line.communicate()
        self.assertEqual(line.returncode, 0, output + errors)
        self.assertEqual(output.splitlines()[-1], "issued 2 of 2, verified 2, rejected 0, spoiled 0")
        self.assertGreater(during, 0, "no conversation while a card was in work")


if __name__ == "__main__":
    main()
