"""What `perso doctor` finds, and the command with which it says to mend it."""

import fcntl
import json
import os
import re
import shutil
import tempfile
import unittest
from pathlib import Path

from station import PROFILE, PROGRAM, READERS, Station, main, run, short_reader


class Doctor(unittest.TestCase):
    def examine(self, home, code, **options):
        """The findings by what was looked at."""
        done = run([PROGRAM, "--home", home, "--json", "doctor"], **options)
        self.assertEqual((done.returncode, done.stderr), (code, ""), done.stdout)
        rows = json.loads(done.stdout)
        self.assertEqual(code == 1, any(row["health"] == "wrong" for row in rows), rows)
        for row in rows:
            self.assertIn(row["health"], ("good", "advice", "wrong"))
            self.assertTrue(row["health"] != "wrong" or row.get("mend"), row)  # what is wrong has its command
            self.assertTrue(row["detail"])
        return {row["what"]: row for row in rows}

    def wrong(self, findings):
        return {what for what, row in findings.items() if row["health"] == "wrong"}

    def mend(self, finding, **environment):
        """Does what the finding says."""
        done = run(["sh", "-c", finding["mend"]], env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, done.stderr)

    def editor(self, station, change):
        """A program that edits the file that it is given as sed would."""
        script = station.folder / "editor"
        script.write_text(f"#!/bin/sh\nexec sed -i '{change}' \"$1\"\n")
        script.chmod(0o700)
        return script

    def test_all_is_good(self):
        station = Station(self)
        findings = self.examine(station.home, 0, env=station.environment)
        for what in ("pcscd", "home", "disk", "station.yaml", "profile", "keys", "signers", "ledger", "writer writer-1"):
            self.assertEqual(findings[what]["health"], "good", what)
        for reader in READERS:
            self.assertEqual(findings[f"reader {reader}"]["detail"], "empty; does not say how large a command may be")
        # pcscd's virtual readers are open to the network: works, and does not belong into production.
        self.assertEqual(findings["virtual readers"]["health"], "advice")
        self.assertIn("vsmartcard-vpcd", findings["virtual readers"]["mend"])
        self.assertRegex(findings["pcscd version"]["detail"], r"^[1-9]\.[0-9]")

    def test_the_table_says_the_same(self):
        station = Station(self)
        station.home.chmod(0o755)
        done = station.perso("doctor")
        self.assertEqual((done.returncode, done.stderr), (1, ""))
        lines = done.stdout.splitlines()
        [home] = [n for n, line in enumerate(lines) if line.split()[:2] == ["wrong", "home"]]
        self.assertEqual(lines[home + 1].strip(), f"mend it: chmod 700 '{station.home}'")
        self.assertTrue(any(line.split()[:2] == ["good", "ledger"] for line in lines), done.stdout)

    def test_no_home(self):
        folder = Path(tempfile.mkdtemp(prefix="perso-e2e-"))
        self.addCleanup(shutil.rmtree, folder)
        findings = self.examine(folder / "a home", 1)
        self.assertEqual(self.wrong(findings), {"home"})
        self.assertIn(f"--home '{folder}/a home' init", findings["home"]["mend"])
        for what in ("pcscd", "disk", f"reader {READERS[0]}"):
            self.assertEqual(findings[what]["health"], "good", what)
        self.assertNotIn("keys", findings)

    def test_a_home_that_others_may_enter(self):
        station = Station(self)
        station.home.chmod(0o750)
        findings = self.examine(station.home, 1)
        self.assertEqual(self.wrong(findings), {"home"})
        self.mend(findings["home"])
        self.examine(station.home, 0)

    @unittest.skipUnless(os.geteuid() == 0, "only root can give a home away")
    def test_a_home_of_another_user(self):
        station = Station(self)
        os.chown(station.home, 65534, -1)
        findings = self.examine(station.home, 1)
        self.assertIn("belongs to another user", findings["home"]["detail"])

    def test_an_absent_reader(self):
        station = Station(self, "--reader", "No Such Reader 00 00")
        findings = self.examine(station.home, 1)
        self.assertEqual(self.wrong(findings), {"writer writer-1"})
        self.assertIn("No Such Reader 00 00", findings["writer writer-1"]["detail"])
        self.assertIn(f"reader {READERS[0]}", findings)
        self.mend(findings["writer writer-1"], EDITOR=self.editor(station, f"s/No Such Reader 00 00/{READERS[0]}/"))
        self.examine(station.home, 0)

    def test_a_line_at_work_keeps_its_readers(self):
        station = Station(self)
        with open(station.home / "ledger.lock", "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            lock.truncate(0)
            lock.write("process 4711 (anna, run)")
            lock.flush()
            findings = self.examine(station.home, 1)
        # Once the line has ended.
        self.assertEqual(
            findings["ledger"]["mend"], f"flock '{station.home}/ledger.lock' true && perso --home '{station.home}' doctor"
        )
        self.assertEqual(findings["readers"]["health"], "advice")
        self.assertRegex(findings["readers"]["detail"], r"^left alone: .*process 4711 \(anna, run\)")
        self.assertFalse([what for what in findings if what.startswith(("reader ", "writer "))])
        self.assertEqual(self.wrong(findings), {"ledger"})
        findings = self.examine(station.home, 0, env=station.environment)
        self.assertIn(f"reader {READERS[0]}", findings)

    def test_a_command_limit_above_the_readers(self):
        station = Station(self)
        short = {**station.environment, **short_reader(station.folder)}
        findings = self.examine(station.home, 1, env=short)
        self.assertEqual(self.wrong(findings), {"writer writer-1", "writer writer-2"})
        self.assertEqual(findings[f"reader {READERS[0]}"]["detail"], "empty; commands of up to 255 bytes of data")
        self.mend(findings["writer writer-1"])
        self.assertIn("\ncommand_limit: 255 ", (station.home / "station.yaml").read_text())
        self.examine(station.home, 0, env=short)

        # The setting may be left out: then it is added.
        settings = station.home / "station.yaml"
        settings.write_text(re.sub(r"(?m)^command_limit:.*\n", "", settings.read_text()).rstrip())
        self.mend(self.examine(station.home, 1, env=short)["writer writer-1"])
        self.assertTrue(settings.read_text().endswith("\ncommand_limit: 255\n"))
        self.examine(station.home, 0, env=short)

    def test_no_pcscd(self):
        station = Station(self)
        nowhere = {**station.environment, "PCSCLITE_CSOCK_NAME": str(station.folder / "no-pcscd")}
        findings = self.examine(station.home, 1, env=nowhere)
        self.assertEqual(self.wrong(findings), {"pcscd", "writer writer-1", "writer writer-2"})
        self.assertRegex(findings["pcscd"]["mend"], "pcscd")
        self.assertEqual(findings["ledger"]["health"], "good")

    def test_nothing_else_is_installed(self):
        """Programs that are asked and are not there are findings, too; pcscd is found where no user's PATH leads."""
        station = Station(self)
        findings = self.examine(station.home, 0, env={**station.environment, "PATH": str(station.folder)})
        self.assertEqual(findings["fonts"]["health"], "advice")
        self.assertIn("apt install fontconfig", findings["fonts"]["mend"])

    def test_a_station_file_that_is_broken(self):
        station = Station(self)
        (station.home / "station.yaml").write_text("station: [")
        findings = self.examine(station.home, 1)
        self.assertEqual(self.wrong(findings), {"station.yaml"})
        self.assertIn("station.yaml:", findings["station.yaml"]["detail"])
        self.assertEqual(findings["station.yaml"]["mend"], f"${{EDITOR:-vi}} '{station.home}/station.yaml'")

    def test_a_home_without_a_station(self):
        station = Station(self)
        (station.home / "station.yaml").unlink()
        findings = self.examine(station.home, 1)
        self.assertEqual(self.wrong(findings), {"station.yaml"})
        self.assertEqual(
            findings["station.yaml"]["mend"],
            f"mv '{station.home}' '{station.home}.old' && perso --home '{station.home}' init --profile DIR",
        )

    def test_a_profile_that_is_broken_or_gone(self):
        station = Station(self)
        profile = station.folder / PROFILE.name
        shutil.copytree(PROFILE, profile)
        (profile / "profile.yaml").write_text("profile: [")
        station.configure(profile=f'"{profile}"')
        findings = self.examine(station.home, 1)
        self.assertEqual(self.wrong(findings), {"profile", "signers"})
        self.assertEqual(findings["profile"]["mend"], f"perso profile check '{profile}'")
        shutil.rmtree(profile)
        findings = self.examine(station.home, 1)
        self.mend(findings["profile"], EDITOR=self.editor(station, f's|^profile:.*|profile: "{PROFILE}"|'))
        self.examine(station.home, 0)

    def test_keys_that_are_damaged_or_gone(self):
        station = Station(self)
        kept = station.folder / "kept"
        shutil.copytree(station.home / "keys", kept / "keys")
        for key in (station.home / "keys").iterdir():
            if key.is_file():
                key.unlink()
        findings = self.examine(station.home, 1)
        self.assertIn("keys", self.wrong(findings))
        self.mend({"mend": findings["keys"]["mend"].replace("BACKUP", f"'{kept}'")})
        self.examine(station.home, 0)

    def test_profiles_beside_the_stations_own(self):
        station = Station(self)
        profiles = station.folder / "profiles"
        for name in (PROFILE.name, "prc-2017", "broken"):
            shutil.copytree(PROFILE.parent / name if name != "broken" else PROFILE, profiles / name)
        (profiles / "broken" / "profile.yaml").write_text("profile: [")
        station.configure(profile=f'"{profiles / PROFILE.name}"')
        done = station.perso("--json", "doctor")
        self.assertEqual(done.returncode, 0, done.stdout)
        beside = [row for row in json.loads(done.stdout) if row["what"] == "other profile"]
        self.assertEqual([row["health"] for row in beside], ["advice", "good"])
        self.assertEqual(beside[0]["mend"], f"perso profile check '{profiles / 'broken'}'")

    def test_a_wrong_passphrase(self):
        station = Station(self)
        wrong = {**station.environment, "PERSO_PASSPHRASE": "this is another one"}
        findings = self.examine(station.home, 1, env=wrong)
        self.assertEqual(self.wrong(findings), {"keys", "signers", "ledger"})
        for what in ("keys", "signers", "ledger"):
            self.assertEqual(findings[what]["mend"], f"perso --home '{station.home}' --passphrase-file FILE doctor")


if __name__ == "__main__":
    main()
