"""Somebody changes the ledger's files with other tools; the program finds it and says where."""

import shutil
import sqlite3
import unittest

from station import Station, main

FILES = ("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.head")


class Tamper(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """Two issued cards of three orders, and a copy of the home from before the second."""
        cls.shared = cls("runTest")
        station = cls.station = Station(cls.shared)
        station.import_sample(3)
        station.issue(1)
        cls.older = station.folder / "older"
        shutil.copytree(station.home, cls.older)
        station.issue(1)
        cls.shared.assertEqual(station.check_ledger()["issued"], 2)
        cls.whole = station.folder / "whole"
        shutil.copytree(station.home, cls.whole)
        cls.events = station.events()

    @classmethod
    def tearDownClass(cls):
        cls.shared.doCleanups()

    def runTest(self):
        pass

    def setUp(self):
        shutil.rmtree(self.station.home)
        shutil.copytree(self.whole, self.station.home)

    def change(self, *statements):
        """SQL behind the program's back. The triggers that stand against it are taken away and put back."""
        database = sqlite3.connect(self.station.home / "ledger.db", isolation_level=None)
        triggers = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        changed = sum(database.execute(statement).rowcount for statement in statements)
        for _, sql in triggers:
            database.execute(sql)
        database.close()
        self.assertGreater(changed, 0, statements)

    def sequence(self, kind, which=0):
        return [event["seq"] for event in self.events if event["kind"] == kind][which]

    def found(self, code, says, *command):
        done = self.station.perso(*command)
        self.assertEqual(done.returncode, 6, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith(f"perso: {code}: "), done.stderr)
        self.assertIn(says, done.stderr)

    def test_the_copy_itself_is_good(self):
        self.station.check_ledger()

    def test_a_changed_row_is_named(self):
        bound, closed = self.sequence("bound"), self.sequence("closed")
        run = self.events[closed - 1]["run"]
        cases = (
            ("body", f"UPDATE events SET body = '{{}}' WHERE seq = {bound}", f"event {bound}:"),
            ("chip", f"UPDATE events SET chip = zeroblob(12) WHERE seq = {bound}", f"event {bound}:"),
            ("time", f"UPDATE events SET at = at + 1 WHERE seq = {bound}", f"event {bound}:"),
            ("close", f"UPDATE events SET body = replace(body, 'issued', 'spoiled') WHERE seq = {closed}", f"event {closed}:"),
            ("outcome", f"UPDATE runs SET outcome = 'spoiled' WHERE run = x'{run}'", f"run {run}: outcome"),
            ("state", "UPDATE orders SET state = 'queued' WHERE position = 1", "order SAMPLE-0001: state"),
            ("number", "UPDATE orders SET number = zeroblob(32) WHERE position = 3", "order SAMPLE-0003:"),
            ("holder", "UPDATE holders SET sealed = zeroblob(100) WHERE position = 3", "order SAMPLE-0003:"),
            ("order", "DELETE FROM orders WHERE position = 3", "batch sample:"),
        )
        for what, statement, says in cases:
            with self.subTest(what):
                self.setUp()
                self.change(statement)
                self.found("ledger-damaged", says, "ledger", "verify")

    def test_a_removed_row_is_named(self):
        bound = self.sequence("bound")
        self.change(f"DELETE FROM events WHERE seq = {bound}")
        self.found("ledger-damaged", f"event {bound}:", "ledger", "verify")

    def test_rows_in_another_order_are_named(self):
        first = self.sequence("rekeying")
        self.change(
            f"UPDATE events SET seq = -1 WHERE seq = {first}",
            f"UPDATE events SET seq = {first} WHERE seq = {first + 1}",
            f"UPDATE events SET seq = {first + 1} WHERE seq = -1",
        )
        self.found("ledger-damaged", f"event {first}:", "ledger", "verify")

    def test_a_missing_rule_is_named(self):
        database = sqlite3.connect(self.station.home / "ledger.db", isolation_level=None)
        database.execute("DROP TRIGGER events_stay")
        database.close()
        self.found("ledger-damaged", "events_stay", "ledger", "verify")

    def test_a_cut_tail_stops_the_station(self):
        last = self.events[-1]["seq"]
        self.change(f"DELETE FROM events WHERE seq > {last - 3}")
        for command in (["ledger", "verify"], ["run"], ["orders", "list"]):
            self.found("ledger-rolled-back", "", *command)

    def test_an_older_copy_stops_the_station(self):
        for name in FILES[:-1]:
            (self.station.home / name).unlink(missing_ok=True)
            if (self.older / name).exists():
                shutil.copy(self.older / name, self.station.home)
        for command in (["ledger", "verify"], ["run"], ["orders", "list"]):
            self.found("ledger-rolled-back", "", *command)

    def test_a_changed_last_event_stops_the_station(self):
        """The end of the chain is checked whenever the ledger is opened, not only by `ledger verify`."""
        self.change("UPDATE events SET link = zeroblob(32) WHERE seq = (SELECT max(seq) FROM events)")
        for command in (["ledger", "verify"], ["run"]):
            done = self.station.perso(*command)
            self.assertEqual(done.returncode, 6, done.stdout + done.stderr)

    def test_a_damaged_high_water_mark_stops_the_station(self):
        (self.station.home / "ledger.head").write_bytes(bytes(8192))
        for command in (["ledger", "verify"], ["run"]):
            self.found("ledger-damaged", "ledger.head", *command)


if __name__ == "__main__":
    main()
