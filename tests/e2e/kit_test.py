"""The adaptation kit behind pcscd: each sample card leads `perso inspect` to its verdict and trust and to no other, at the station
that made it and at another one that has no key of it but the kit's folder of trust. openssl and opensc-tool see the same."""

import json
import shutil
import time
import unittest

from openssl import NationalSignature, as_pem, digests_of_files, group_digests, verify_by, verify_card_security, verify_sod
from station import READERS, Sample, Station, failed_checks, main, run, send

GOOD = ("genuine", "specimen", [])
TABLE = {  # verdict, trust, and the checks that fail
    "valid-2023": GOOD,
    "valid-2017": GOOD,
    "expired": ("expired", "specimen", ["date of expiry"]),
    "not-yet-valid": ("not yet valid", "specimen", ["date of issue"]),
    "number-x": GOOD,
    "changed-nationality": GOOD,
    "altered-data-group": ("altered", "specimen", ["EF.DG1 digest", "record against EF.DG1"]),
    "revoked-signer": ("revoked", "specimen", ["EF.CardSecurity signer", "document signer"]),
    "unknown-signer": ("not trusted", "unknown", ["EF.CardSecurity signer", "document signer"]),
    "wrong-digest": ("altered", "specimen", ["EF.DG2 digest"]),
    "downgraded-access": (
        "altered", "specimen", ["access as promised", "EF.CardAccess against EF.CardSecurity", "EF.CardAccess against EF.DG14"]),
    "cloned-chip": ("cloned", "specimen", ["chip authentication", "active authentication"]),
    "stops-answering": ("unreadable", "unknown", []),
    "slow": GOOD,
}
STOPS = "stops-answering"
OTHER_DIGEST = {"altered-data-group": {1}, "wrong-digest": {2}}  # data groups that are not as signed
CLOSED = {  # all files of the new edition that are not there for everybody, by the command that selects what they are in
    "00A4000C023F00": ("011D",),
    "00A4040C07A0000002471001": ("0101", "0102", "010B", "010C", "010E", "010F", "011D", "011E"),
    "00A4040C08F0434E5052433233": ("0001", "0002", "0003"),
}


def edition_of(name):
    return "prc-2017" if name == "valid-2017" else "prc-2023"


def inspect(test, station, *options):
    """The exit code, and the report."""
    done = station.perso("--json", "inspect", "--reader", READERS[0], *options)
    test.assertEqual(done.stderr, "")
    return done.returncode, json.loads(done.stdout)


class Kit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Each sample that answers, inspected in each way at two stations; its files exported."""
        cls.shared = cls("runTest")
        cls.maker = Station(cls.shared, "--parameters", "named")
        cls.border = Station(cls.shared)
        cls.reports, cls.cards = {}, {}
        for name in TABLE:
            if name == STOPS:
                continue
            with Sample(cls.maker, name) as sample:
                cls.trust = sample.trust
                cls.cards[name] = cls.maker.folder / "exported" / name
                cls.reports[name] = cls.inspect_in_each_way(sample, cls.cards[name])

    @classmethod
    def inspect_in_each_way(cls, sample, exported):
        """By each thing that is printed on it: at the station that made it, and where its folder of trust is named; then where
        that is the station's own."""
        reports = [inspect(cls.shared, cls.maker, *sample.ways()[0], "--export", exported)]
        reports += [inspect(cls.shared, cls.maker, *way) for way in sample.ways()[1:]]
        reports += [inspect(cls.shared, cls.border, *way, "--trust", sample.trust) for way in sample.ways()]
        own = cls.border.home / "trust"
        shutil.copytree(sample.trust, own)
        reports.append(inspect(cls.shared, cls.border, *sample.ways()[0]))
        shutil.rmtree(own)
        return reports

    @classmethod
    def tearDownClass(cls):
        cls.shared.doCleanups()

    def runTest(self):
        pass

    def test_each_leads_to_its_verdict_and_to_no_other(self):
        for name, reports in self.reports.items():
            verdict, trust, failed = TABLE[name]
            self.assertEqual(len(reports), 3 if name == "valid-2017" else 5)
            for code, report in reports:
                with self.subTest(name, opened=report["access"]):
                    self.assertEqual((report["verdict"], report["trust"], failed_checks(report)), (verdict, trust, failed))
                    self.assertEqual({check["means"] for check in report["checks"] if "means" in check} - {verdict}, set())
                    self.assertEqual((code, report["edition"]), (0 if verdict == "genuine" else 1, edition_of(name)))
                    self.assertEqual((report["interrupted"], report["tolerated"]), ("", []))

    def test_the_table_says_the_same(self):
        listed = self.maker.json_lines("vchip", "samples")
        told = {line["sample"]: (line["edition"], line["verdict"], line["trust"]) for line in listed}
        self.assertEqual(told, {name: (edition_of(name), verdict, trust) for name, (verdict, trust, _) in TABLE.items()})
        lines = self.maker.good("vchip", "samples").splitlines()
        self.assertEqual([line.split()[0] for line in lines[1:]], list(TABLE))
        done = self.maker.perso("vchip", "serve", "--sample", "nobody", "--dir", self.maker.folder / "none")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (2, "", 1), done.stderr)

    # What openssl says.

    def agreed(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def refused(self, done, says):
        self.assertNotEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(says, done.stderr)

    def authorities(self):
        """The kit's two authorities as PEM, by what their subjects say; their certificates and revocation lists verified."""
        found = {}
        for certificate in sorted(self.trust.glob("specimen/*.cer")):
            issuer = as_pem(certificate, self.maker.folder / (certificate.stem + ".pem"))
            crl = certificate.with_suffix(".crl")
            for signed in (certificate, crl):
                self.agreed(verify_by(issuer, signed, self.maker.folder))
            subject = run(["openssl", "x509", "-in", issuer, "-noout", "-subject"]).stdout
            self.assertIn("SPECIMEN", subject)
            listed = run(["openssl", "crl", "-inform", "DER", "-in", crl])
            self.agreed(listed)
            issuer.write_text(issuer.read_text() + listed.stdout)
            found["national" if "National" in subject else "document"] = issuer
        self.assertEqual(len(found), 2)
        return found

    def test_openssl_agrees_with_every_signature(self):
        authorities = self.authorities()
        chain = ("-CAfile", authorities["document"], "-crl_check", "-purpose", "any")
        content = self.maker.folder / "content"
        faults = {"revoked-signer": "certificate revoked", "unknown-signer": "unable to get local issuer certificate"}
        for name, card in self.cards.items():
            signed = [verify_sod] if name == "valid-2017" else [verify_card_security, verify_sod]
            for verify in signed:
                with self.subTest(name, file=verify.__name__):
                    self.agreed(verify(card, content, "-noverify"))
                    if name in faults:
                        self.refused(verify(card, self.maker.folder / "nothing", *chain), faults[name])
                    else:
                        self.agreed(verify(card, content, *chain))
            with self.subTest(name, file="data groups"):
                signed, found = group_digests(content.read_bytes()), digests_of_files(card)
                self.assertEqual(signed.keys(), found.keys())
                self.assertEqual({group for group in signed if signed[group] != found[group]}, OTHER_DIGEST.get(name, set()))
            with self.subTest(name, file="SIGNATURE"):
                national = NationalSignature(card)
                self.agreed(national.verify(b"".join((card / "national" / file).read_bytes() for file in ("TEXT", "PORTRAIT"))))
                self.agreed(national.verify_certificate(authorities["national"]))


class Behaviour(unittest.TestCase):
    def setUp(self):
        self.station = Station(self)

    def test_a_wrong_number_is_refused_and_delayed_and_on_the_record(self):
        with Sample(self.station, "valid-2023") as sample:
            wrong = "--can", str((int(sample.told["access_number"]) + 1) % 1_000_000).zfill(6)
            self.assertEqual(inspect(self, self.station, *sample.ways()[0])[0], 0)
            took = []
            for _ in range(6):
                code, report = inspect(self, self.station, *wrong)
                self.assertEqual((code, report["verdict"], report["trust"], report["access"]), (1, "unreadable", "unknown", ""))
                self.assertEqual(failed_checks(report), ["access"])
                self.assertEqual([file["name"] for file in report["files"]], ["EF.CardAccess"])
                self.assertEqual((report["holder"], report["number"], report["edition"]), ({}, "", ""))
                took.append(report["ms"])
            self.assertLess(took[0], 1000)
            for ms in took[1:]:
                self.assertGreaterEqual(ms, 1000)
            self.assertLess(took[-1], 3000)  # however many there were
            code, report = inspect(self, self.station, *sample.ways()[0])
            self.assertEqual((code, report["verdict"]), (0, "genuine"))
            self.assertGreaterEqual(report["ms"], 1000)  # who has the right number waits as well
            code, report = inspect(self, self.station, *sample.ways()[0])
            self.assertLess(report["ms"], 1000)  # and is forgiven
        seen = [event["body"] for event in self.station.events() if event["kind"] == "inspected"]
        attempt = {"reader": READERS[0], "edition": "", "access": "", "verdict": "unreadable", "trust": "unknown"}
        self.assertEqual(seen[1:7], [attempt] * 6)
        self.assertEqual([body["verdict"] for body in seen], ["genuine", *["unreadable"] * 6, "genuine", "genuine"])

    def test_one_that_stops_is_given_up_and_the_reader_works_again(self):
        self.station.configure(deadlines="{connect_ms: 5000, command_ms: 1500}")
        with Sample(self.station, STOPS) as sample:
            begun = time.monotonic()
            code, report = inspect(self, self.station, *sample.ways()[0])
            self.assertLess(time.monotonic() - begun, 10)
            verdict, trust, _ = TABLE[STOPS]
            self.assertEqual((code, report["verdict"], report["trust"]), (1, verdict, trust))
            self.assertGreaterEqual(report["ms"], 1500)
            self.assertIn("reader-stuck", report["interrupted"])
            self.assertEqual([file["name"] for file in report["files"]], ["EF.CardAccess"])
            self.assertTrue(report["access"].startswith("PACE"), "it stopped before it was opened")
        with Sample(self.station, "valid-2023") as sample:
            code, report = inspect(self, self.station, *sample.ways()[0])
            self.assertEqual((code, report["verdict"]), (0, "genuine"))

    def test_opensc_reads_nothing_but_what_is_there_for_everybody(self):
        with Sample(self.station, "valid-2023") as sample:
            inspect(self, self.station, *sample.ways()[0], "--export", self.station.folder / "card")
            card_access = (self.station.folder / "card" / "master" / "EF.CardAccess").read_bytes()
            answers = send(READERS[0], "00A4000C023F00", "00A4020C02011C", "00B0000000", "00B09C0000")
            self.assertEqual([status for status, _ in answers], ["9000"] * 4)
            self.assertEqual([data for _, data in answers[2:]], [card_access] * 2)
            for select, files in CLOSED.items():
                for fid in files:
                    with self.subTest(select, file=fid):
                        answers = send(READERS[0], select, f"00A4020C02{fid}", "00B0000000")
                        self.assertEqual((answers[0][0], answers[2]), ("9000", ("6982", b"")))


if __name__ == "__main__":
    main()
