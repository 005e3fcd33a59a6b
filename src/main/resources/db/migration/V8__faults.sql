-- What the mending of faults needs.

-- usage and prices

-- strict

-- errors and entries

-- Of a refused call that no budget refused: what the program was told, in Purser's own words.
ALTER TABLE entries ADD COLUMN refused_message TEXT;

-- ledger

-- text

-- people

-- keys
