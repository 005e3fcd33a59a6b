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

-- people

-- keys
