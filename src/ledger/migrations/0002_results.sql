-- The result of a batch is handed out: until then an order keeps its holder data.
ALTER TABLE orders ADD COLUMN delivered INTEGER REFERENCES events (seq);  -- the first result that had it as issued

-- EF.SOD digest of the promise, sealed under the key of its order. NULL without a promise, and for one of version 1.
ALTER TABLE runs ADD COLUMN sod BLOB;
