-- What the mending of faults needs.

-- usage and prices

-- Zero for what a provider reports and does not bill: its line costs nothing.
ALTER TABLE entry_lines ADD COLUMN billed BIGINT NOT NULL DEFAULT 1;

-- Which part of the call's usage a line is of, from 0: each part has a price card of its own. And who provides its model.
ALTER TABLE entry_lines ADD COLUMN part BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entry_lines ADD COLUMN provider TEXT NOT NULL DEFAULT '';

-- Of a Chat Completions call that may have searched the web: how much of its context was for that, by which it is priced.
ALTER TABLE entries ADD COLUMN search_context TEXT;

-- strict

-- Names of fields and betas, such as 'anthropic_messages beta NAME', that the administrator has listed: 'harmless', or
-- 'widens' the bound of a call. What ships with Purser is not here.
CREATE TABLE strict_names (
  name TEXT NOT NULL PRIMARY KEY,
  effect TEXT NOT NULL,
  listed_at BIGINT NOT NULL
) ${clustered};

-- Names of calls that cost more than their holds: refused under strict in that space unless they are listed.
CREATE TABLE strict_strikes (
  space_id TEXT NOT NULL,
  name TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  struck_at BIGINT NOT NULL,
  PRIMARY KEY (space_id, name)
) ${clustered};

-- Because of which a call under a strict budget counts as the most that its model can cost, one a line; null for none.
ALTER TABLE entries ADD COLUMN widening_names TEXT;

-- entries

-- Of a refused call that no budget refused: what the program was told, in Purser's own words.
ALTER TABLE entries ADD COLUMN refused_message TEXT;

-- By which price list a hold was made: other prices say nothing about it. Null for entries that are older than this column.
ALTER TABLE entries ADD COLUMN hold_price_version TEXT;

-- Not zero for an estimate of which nothing is in doubt, whatever its hold: it is the most that the call can have used, or a
-- user has released it.
ALTER TABLE entries ADD COLUMN doubt_closed BIGINT NOT NULL DEFAULT 0;

-- added prices

-- What an added price did to calls that were booked before it: those that had no cost, those that an earlier added price of
-- the model had priced, and those without a price that budgets count for less.
ALTER TABLE added_prices ADD COLUMN priced_calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN priced_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN repriced_calls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN repriced_before_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN repriced_after_nanos BIGINT NOT NULL DEFAULT 0;
ALTER TABLE added_prices ADD COLUMN recounted_calls BIGINT NOT NULL DEFAULT 0;

-- people

-- Links that sign a user in once, without a password.
CREATE TABLE sign_in_links (
  link_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) ${clustered};

-- Null for a token that does not expire; for a user who may sign in.
ALTER TABLE access_tokens ADD COLUMN expires_at BIGINT;
ALTER TABLE users ADD COLUMN disabled_at BIGINT;


-- totals by kind

-- Of each model one row, of no kind (''), has what is counted once a call, and the cost of calls whose tokens nobody knows; the
-- others have quantity and cost of a kind.
DROP TABLE totals;
CREATE TABLE totals (
  space_id TEXT NOT NULL,
  local_day TEXT NOT NULL,
  utc_day TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  kind TEXT NOT NULL,
  request_count BIGINT NOT NULL,
  reported_count BIGINT NOT NULL,
  estimated_count BIGINT NOT NULL,
  interrupted_count BIGINT NOT NULL,
  unpriced_count BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  quantity BIGINT NOT NULL,
  cost_nanos BIGINT NOT NULL,
  estimated_cost_nanos BIGINT NOT NULL,
  cache_saved_nanos BIGINT NOT NULL,
  PRIMARY KEY (space_id, local_day, utc_day, agent_id, provider, model, kind)
) ${clustered};
