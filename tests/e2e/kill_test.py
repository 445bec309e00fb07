"""`perso run` is killed again and again at random moments, and started again until its queue is empty.

The seed is printed when the test fails; PERSO_SEED gives it again. It decides the moments and what is killed. The operator of
this line puts every chip that a kill left unfinished on top of the stack, so that the station sees it once more.
"""

import contextlib
import json
import os
import random
import signal
import time
import unittest
from itertools import zip_longest

from station import ChipFile, Station, children, main, more_orders

KILLS = 18
ORDERS = 30
SEED = int(os.environ.get("PERSO_SEED", random.SystemRandom().randrange(1 << 32)))
BLANK_CHIP, WHOLE_CHIP = 200, 42_000  # bytes of a chip's file, about


def kill(process):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


class History:
    """What the ledger's events say of each run and chip."""

    def __init__(self, events):
        self.runs = {}  # by name: order, chip, outcome
        self.recognised = set()  # chips that were refused as an interrupted run's
        for event in events:
            if event["kind"] == "bound":
                self.runs[event["run"]] = {"order": event["order"], "chip": event["chip"], "outcome": None}
            elif event["kind"] == "closed":
                self.runs[event["run"]]["outcome"] = event["body"]["outcome"]
            elif event["kind"] == "opened":
                for run in event["body"].get("interrupted", []):
                    self.runs[run]["outcome"] = "interrupted"
            elif event["kind"] == "refused" and event["body"]["why"] == "chip-interrupted":
                self.recognised.add(event["chip"])

    def outcome(self, chip):
        """Of the last run on a chip; None where it was never bound or the run is open."""
        return [None, *(run["outcome"] for run in self.runs.values() if run["chip"] == chip)][-1]

    def was_bound(self, chip):
        return any(run["chip"] == chip for run in self.runs.values())

    def settled(self, chip):
        """Whether the station has said its last word of a chip."""
        outcome = self.outcome(chip)
        return outcome in ("issued", "rejected", "spoiled") or (outcome == "interrupted" and chip in self.recognised)

    def issued(self):
        return {run["order"]: run["chip"] for run in self.runs.values() if run["outcome"] == "issued"}


class Kill(unittest.TestCase):
    def test_killed_at_random_moments(self):
        self.random = random.Random(SEED)
        self.orders = {order["order"]: order for order in more_orders(ORDERS)}
        self.station = Station(self)
        self.station.configure(stop="{failures_in_row: 1000}", deadlines="{connect_ms: 5000, command_ms: 30000}")
        self.station.import_orders("first", list(self.orders.values()))
        self.station.make_chips(ORDERS + 2 * KILLS)
        self.said_issued = {}
        try:
            # As slow as real chips, so that there is a middle of a card to be hit.
            with self.station.serve(feed=True, timing="contact") as self.chips:
                for _ in range(KILLS):
                    self.run_and_kill()
                    self.check_ledger()
                    self.mend()
            with self.station.serve(feed=True) as self.chips:
                self.finish()
            self.check_interruptions()
            self.check_cards()
        except BaseException:
            print(f"to see this again, as far as the machine's own timing lets it: PERSO_SEED={SEED}", flush=True)
            raise

    def run_and_kill(self):
        line = self.station.start("--json", "run")
        self.wait_for_a_moment(line)
        workers = [process for process, command in children(line.pid) if b"worker" in command]
        self.assertIsNone(line.poll(), "the line ended before it was killed")
        target = self.random.choice(["controller", "controller", "all", "worker first"])
        if target == "worker first" and workers:
            kill(self.random.choice(workers))
            time.sleep(self.random.uniform(0, 1))
        kill(line.pid)
        if target == "all":
            for worker in workers:
                kill(worker)
        self.remember(line.communicate()[0])
        self.assertEqual(line.returncode, -signal.SIGKILL)

    def wait_for_a_moment(self, line):
        """Some time after the start; or when a chip has so many bytes in its memory that the first steps of its run, or any
        of them, are hit."""
        if self.random.random() < 0.25:
            time.sleep(self.random.uniform(0, 1.5))
            return
        last = BLANK_CHIP + 1000 if self.random.random() < 0.5 else WHOLE_CHIP
        least = self.random.uniform(BLANK_CHIP, last)
        before = self.sizes()
        end = time.monotonic() + 10
        while time.monotonic() < end and line.poll() is None:
            if any(size >= least and size != before.get(chip, BLANK_CHIP) for chip, size in self.sizes().items()):
                return

    def sizes(self):
        """Bytes in the memory of each chip that is in a writer."""
        found = {}
        for slot in (0, 1):
            for file in os.scandir(self.chips.folder / f"slot-{slot}"):
                try:
                    found[file.name] = file.stat().st_size
                except FileNotFoundError:
                    pass  # taken out meanwhile
        return found

    def remember(self, output):
        """The cards that the line called issued before it was killed."""
        for line in output.splitlines():
            try:
                report = json.loads(line)
            except ValueError:
                continue  # cut off in the middle
            if report.get("outcome") == "issued":
                self.assertNotIn(report["order"], self.said_issued, "issued twice")
                self.said_issued[report["order"]] = report["chip"]

    def files(self):
        """Every chip, by its identifier, wherever it lies. A file that moves meanwhile is found the next time."""
        for _ in range(20):
            found = list(self.station.chips.rglob("*.chip"))
            if len(found) == ORDERS + 2 * KILLS and all(file.exists() for file in found):
                return {file.stem[-24:]: file for file in found}
            time.sleep(0.05)
        raise AssertionError(f"{len(found)} chips")

    def check_ledger(self):
        totals = self.station.check_ledger()
        history = self.history = History(self.station.events())
        orders = {order["order"]: order["state"] for order in self.station.json_lines("orders", "list")}
        self.assertEqual(set(orders), set(self.orders), "an order was lost")
        issued = history.issued()
        self.assertEqual(len(issued), totals["issued"], "an order was issued twice")
        self.assertEqual(len(set(issued.values())), len(issued), "a chip was issued twice")
        self.assertEqual({order for order, state in orders.items() if state == "issued"}, set(issued))
        self.assertEqual(self.said_issued.items() - issued.items(), set(), "called issued, and is not")
        files = self.files()
        for order, chip in issued.items():
            self.assertEqual(ChipFile(files[chip]).life, "issued", f"{order} on {chip}")
        return totals

    def mend(self):
        """What the operator does: chips that the station has not said its last word of go onto the stack, those that were in
        work on top of it; an order that was hit three times, and waits for a person, is released."""
        for order in self.station.json_lines("orders", "list"):
            if order["state"] == "held":
                self.station.good("orders", "release", order["order"], "--reason", "the line was killed")
        for file in list((self.station.chips / "out").glob("*.chip")):
            chip = file.stem[-24:]
            if not self.history.settled(chip):
                name = ("0" if self.history.was_bound(chip) else "") + chip + ".chip"
                file.rename(self.station.chips / "stack" / name)

    def finish(self):
        """Without kills until nothing is left. A further order each time makes the line look at the chips that are left."""
        for n in range(10):
            extra = more_orders(1, first=ORDERS + n)
            self.orders[extra[0]["order"]] = extra[0]
            self.station.import_orders(f"extra-{n}", extra)
            self.remember(self.station.perso("--json", "run", "--wait", "20").stdout)
            totals = self.check_ledger()
            self.mend()
            bound = {run["chip"] for run in self.history.runs.values() if run["outcome"] != "returned"}
            if totals["queued"] + totals["waiting"] == 0 and all(map(self.history.settled, bound)):
                break
        self.assertEqual((totals["queued"], totals["waiting"], totals["open"]), (0, 0, 0))
        self.assertEqual(totals["issued"], len(self.orders))

    def check_interruptions(self):
        """The kills did hit cards, and each one hit was recognised and set aside, or judged and found whole."""
        outcomes = [self.history.outcome(chip) for chip in self.files()]
        self.assertGreater(outcomes.count("interrupted") + outcomes.count("spoiled"), KILLS // 6)
        self.assertEqual(outcomes.count("rejected"), 0)
        for chip, file in self.files().items():
            self.assertEqual(ChipFile(file).life == "issued", self.history.outcome(chip) == "issued", chip)

    def check_cards(self):
        """Each locked chip, read as a stranger: the number of its order, and no number twice."""
        files = self.files()
        stack = self.station.folder / "finished" / "stack"
        stack.mkdir(parents=True)
        for file in files.values():
            file.rename(stack / (file.stem[-24:] + ".chip"))
        order_of = {chip: order for order, chip in self.history.issued().items()}
        spoiled = [chip for chip in files if self.history.was_bound(chip) and chip not in order_of]
        reports = {}

        def inspect(slot, chip):
            order = ["--order", order_of[chip]] if chip in order_of else ["--can", "000000"]
            done = self.station.perso("--json", "inspect", "--writer", f"writer-{slot + 1}", *order)
            self.assertEqual(done.stderr, "", chip)
            reports[chip] = done.returncode, json.loads(done.stdout)

        chips = [*order_of, *spoiled[:2]]
        with self.station.serve(stack.parent) as holding:
            for pair in zip_longest(chips[::2], chips[1::2]):
                cards = [(slot, chip) for slot, chip in enumerate(pair) if chip]
                for slot, chip in cards:
                    holding.tell(f"insert {slot} {chip}.chip")
                for slot, chip in cards:
                    inspect(slot, chip)
                for slot, _ in cards:
                    holding.remove(slot)
        numbers = {}
        for chip, order in order_of.items():
            code, report = reports[chip]
            self.assertEqual((code, report["verdict"]), (0, "genuine"), report)
            self.assertNotIn(report["number"], numbers, "one number on two cards")
            numbers[report["number"]] = chip
            self.assertEqual(report["number"], self.orders[order]["number"])
        for chip in spoiled[:2]:
            code, report = reports[chip]
            self.assertEqual(code, 1, report)
            self.assertNotEqual(report["verdict"], "genuine")


if __name__ == "__main__":
    main()
