-- What the mending of faults needs.

-- usage and prices

-- Zero for what a provider reports and does not bill: its line costs nothing.
ALTER TABLE entry_lines ADD COLUMN billed BIGINT NOT NULL DEFAULT 1;

-- Of a Chat Completions call that may have searched the web: how much of its context was for that, by which it is priced.
ALTER TABLE entries ADD COLUMN search_context TEXT;

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

-- Links that sign a user in once, without a password.
CREATE TABLE sign_in_links (
  link_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) ${clustered};

-- keys
