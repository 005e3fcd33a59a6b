-- What the mending of faults needs.

-- usage and prices

-- strict

-- errors and entries

-- Of a refused call that no budget refused: what the program was told, in Purser's own words.
ALTER TABLE entries ADD COLUMN refused_message TEXT;

-- ledger

-- text

-- What an added price did to calls that were booked before it: those that had no cost, and those that an earlier added price
-- of the model had priced.
ALTER TABLE added_prices ADD COLUMN priced_calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN priced_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN repriced_calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN repriced_before_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN repriced_after_nanos BIGINT NOT NULL DEFAULT 0;

-- people

-- Null for a token that does not expire; for a user who may sign in.
ALTER TABLE access_tokens ADD COLUMN expires_at BIGINT;
ALTER TABLE users ADD COLUMN disabled_at BIGINT;

-- keys
