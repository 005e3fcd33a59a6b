-- What the mending of faults needs.

-- usage and prices

-- Zero for what a provider reports and does not bill: its line costs nothing.
ALTER TABLE entry_lines ADD COLUMN billed BIGINT NOT NULL DEFAULT 1;

-- Of a Chat Completions call that may have searched the web: how much of its context was for that, by which it is priced.
ALTER TABLE entries ADD COLUMN search_context TEXT;

-- strict

-- errors and entries

-- ledger

-- text

-- people

-- keys
