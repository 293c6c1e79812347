-- The state of a project: what is linked, what is remembered of it, what is under way, what needs a person.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Names of syncs and of link groups; the other tables hold their numbers. `changes` counts how often links of the sync changed.
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, changes INTEGER NOT NULL DEFAULT 0);
-- Which rows the blobs of shadows hold: row digests, one a line.
CREATE TABLE layouts (id INTEGER PRIMARY KEY, digests TEXT NOT NULL UNIQUE);
-- A link has a row for each of its ends, so that it is found from either side in one step.
CREATE TABLE ends (
  side INTEGER NOT NULL, link_group INTEGER NOT NULL, id TEXT NOT NULL,
  other TEXT NOT NULL, sync INTEGER NOT NULL, state INTEGER NOT NULL,
  -- fingerprint of the record as it was when the pair was last found at rest; 0 where it is not
  rest INTEGER NOT NULL,
  PRIMARY KEY (side, link_group, id)) WITHOUT ROWID;
-- What is remembered of the records of a link; apart, so that looking links up passes over little.
CREATE TABLE shadows (
  left_group INTEGER NOT NULL, left_id TEXT NOT NULL, shadow BLOB NOT NULL,
  PRIMARY KEY (left_group, left_id)) WITHOUT ROWID;
-- What is remembered of the clusters of lifecycles, by their hubs.
CREATE TABLE clusters (
  lifecycle INTEGER NOT NULL, hub TEXT NOT NULL, memory BLOB NOT NULL,
  PRIMARY KEY (lifecycle, hub)) WITHOUT ROWID;
-- Records that nothing is made from any more.
CREATE TABLE tombstones (
  link_group INTEGER NOT NULL, id TEXT NOT NULL, superseded_by TEXT,
  PRIMARY KEY (link_group, id)) WITHOUT ROWID;
-- Every write: 0 open, 1 done, 2 refused, 3 never sent or never landed.
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, sync INTEGER NOT NULL, side INTEGER NOT NULL,
  left_id TEXT, right_id TEXT, action INTEGER NOT NULL, state INTEGER NOT NULL,
  sent BLOB NOT NULL, before BLOB NOT NULL, shadow BLOB);
CREATE INDEX journal_open ON journal (seq) WHERE state = 0;
CREATE TABLE held (
  sync INTEGER NOT NULL, side INTEGER NOT NULL, id TEXT NOT NULL, field TEXT NOT NULL,
  code TEXT NOT NULL, since INTEGER NOT NULL, run INTEGER NOT NULL, digest INTEGER, text TEXT NOT NULL,
  PRIMARY KEY (sync, side, id, field)) WITHOUT ROWID;
-- Values that a rule overwrote, and differences that were reported once.
CREATE TABLE log (
  seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, at INTEGER NOT NULL, kind INTEGER NOT NULL, sync INTEGER NOT NULL,
  field TEXT NOT NULL, left_id TEXT NOT NULL, right_id TEXT NOT NULL, side INTEGER NOT NULL,
  old TEXT NOT NULL, new TEXT NOT NULL);
