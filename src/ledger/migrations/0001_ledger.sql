-- What happened: one event a durable change, in order, never changed or removed. Every other row is explained by events.
CREATE TABLE events (
  seq        INTEGER PRIMARY KEY,  -- 1, 2, 3 ... without holes
  at         INTEGER NOT NULL,     -- seconds since 1970-01-01 UTC
  actor      TEXT NOT NULL,
  command    TEXT NOT NULL,
  kind       TEXT NOT NULL,
  order_id   TEXT,
  run        BLOB,
  chip       BLOB,
  body       TEXT NOT NULL,        -- JSON, without holder data
  commitment BLOB NOT NULL,        -- HMAC over all columns above
  link       BLOB NOT NULL         -- HMAC over the link before it and the commitment
) STRICT;

CREATE TRIGGER events_follow BEFORE INSERT ON events
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM events)
BEGIN SELECT RAISE(ABORT, 'events follow each other'); END;

CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are not changed'); END;

CREATE TRIGGER events_stay BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are not removed'); END;

CREATE TABLE batches (
  name       TEXT PRIMARY KEY,
  profile    TEXT NOT NULL,
  first      INTEGER NOT NULL,     -- position of its first order
  orders     INTEGER,              -- how many; NULL while it is imported
  commitment BLOB,                 -- HMAC chain over the commitments of its orders
  event      INTEGER REFERENCES events (seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
  position   INTEGER PRIMARY KEY,  -- in the queue, from 1
  id         TEXT NOT NULL UNIQUE,
  batch      TEXT NOT NULL REFERENCES batches (name),
  number     BLOB NOT NULL UNIQUE, -- keyed index of number and replacement count; stays for ever
  holder     BLOB NOT NULL,        -- HMAC over the wrapped key and the sealed data
  commitment BLOB NOT NULL,        -- HMAC over all columns above
  state      TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'bound', 'uncertain', 'issued', 'held')),
  failures   INTEGER NOT NULL DEFAULT 0 CHECK (failures BETWEEN 0 AND 3),
  issued_at  INTEGER
) STRICT;

CREATE INDEX queue ON orders (state) WHERE state = 'queued';

-- The key of an order's holder data: forgetting a holder is to remove this row.
CREATE TABLE order_keys (
  position   INTEGER PRIMARY KEY REFERENCES orders (position) ON DELETE CASCADE,
  wrapped    BLOB NOT NULL
) STRICT;

CREATE TABLE holders (
  position   INTEGER PRIMARY KEY REFERENCES orders (position) ON DELETE CASCADE,
  sealed     BLOB NOT NULL
) STRICT;

CREATE TABLE runs (
  run        BLOB PRIMARY KEY CHECK (length(run) = 16),
  position   INTEGER NOT NULL REFERENCES orders (position),
  chip       BLOB NOT NULL CHECK (length(chip) = 12),
  bound      INTEGER NOT NULL REFERENCES events (seq),
  promise    BLOB,                 -- HMAC over run, number and EF.SOD digest
  outcome    TEXT CHECK (outcome IN ('issued', 'rejected', 'spoiled', 'returned')),
  why        TEXT,                 -- the code that ended it
  closed     INTEGER REFERENCES events (seq),
  CHECK ((outcome IS NULL) = (closed IS NULL) AND (outcome IS NULL) = (why IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX one_card_for_an_order ON runs (position) WHERE outcome IS NULL OR outcome = 'issued';
CREATE UNIQUE INDEX one_card_on_a_chip ON runs (chip) WHERE outcome IS NULL OR outcome = 'issued';
CREATE INDEX runs_of_an_order ON runs (position, bound);
CREATE INDEX runs_of_a_chip ON runs (chip, bound);
