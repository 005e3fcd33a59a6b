-- One set of tables for SQLite and PostgreSQL. ${clustered} is WITHOUT ROWID on SQLite and nothing on PostgreSQL;
-- ${now_millis} is the database's own clock. Times are milliseconds since 1970, money is nano-dollars, flags are 0 or 1.
-- Whatever a space owns has space_id first in its primary key, so that spaces can one day be spread over several databases.

CREATE VIEW clock AS SELECT ${now_millis} AS now_millis;

-- One row, written at the first start. installation_id is part of what every sealed secret is bound to.
CREATE TABLE installation (
  one BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
  installation_id TEXT NOT NULL,
  wrapped_keyset TEXT NOT NULL,
  created_at BIGINT NOT NULL
) ${clustered};

-- revision goes up with every change to what a call of this space depends on: settings, budgets, agents, virtual keys,
-- provider keys. An admission compares it, so that nothing cached about a space can outlive a change.
-- latest_month is the latest month that a call of this space was admitted in, '' before the first: none is admitted in an
-- earlier one, so that a change of the time zone opens no month again.
CREATE TABLE spaces (
  space_id TEXT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  default_provider TEXT,
  default_model TEXT,
  monthly_budget_cents BIGINT,
  budget_mode TEXT NOT NULL,
  time_zone TEXT NOT NULL,
  latest_month TEXT NOT NULL DEFAULT '',
  settings_version BIGINT NOT NULL,
  created_at BIGINT NOT NULL
) ${clustered};

-- Looked up by e-mail: a small global table. A user who is disabled may not sign in.
CREATE TABLE users (
  user_id TEXT NOT NULL PRIMARY KEY,
  space_id TEXT NOT NULL,
  email TEXT NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  admin BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  disabled_at BIGINT
) ${clustered};

-- Who is signed in in which browser: only a hash of a session's id is kept, so what lies here opens nothing. expires_at moves
-- on while the session is used; ends_at does not.
CREATE TABLE sessions (
  session_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
) ${clustered};

CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Links that sign a user in once, without a password.
CREATE TABLE sign_in_links (
  link_hash TEXT NOT NULL PRIMARY KEY,
  user_id TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) ${clustered};

-- Looked up by hash, the small global table that says whose a presented secret is: 'virtual_key' or 'access_token'.
CREATE TABLE credentials (
  hash TEXT NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  space_id TEXT NOT NULL,
  id TEXT NOT NULL
) ${clustered};

-- expires_at is null for a token that does not expire.
CREATE TABLE access_tokens (
  space_id TEXT NOT NULL,
  access_token_id TEXT NOT NULL,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  scope TEXT NOT NULL,
  masked TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (space_id, access_token_id)
) ${clustered};

CREATE TABLE agents (
  space_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  preferred_provider TEXT,
  preferred_model TEXT,
  model_policy TEXT NOT NULL,
  monthly_budget_cents BIGINT,
  budget_mode TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  archived_at BIGINT,
  version BIGINT NOT NULL,
  PRIMARY KEY (space_id, agent_id)
) ${clustered};

CREATE TABLE virtual_keys (
  space_id TEXT NOT NULL,
  virtual_key_id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  masked TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT,
  last_used_at BIGINT,
  revoked_at BIGINT,
  PRIMARY KEY (space_id, virtual_key_id)
) ${clustered};

CREATE INDEX virtual_keys_of_agent ON virtual_keys (space_id, agent_id);

CREATE TABLE provider_keys (
  space_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  provider_key_id TEXT NOT NULL,
  masked TEXT NOT NULL,
  sealed ${bytes} NOT NULL,
  status TEXT NOT NULL,
  status_detail TEXT,
  verified_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (space_id, provider)
) ${clustered};

-- What the provider listed for the saved key when it was last verified, json being its own words; empty for a key that
-- may not list models.
CREATE TABLE provider_models (
  space_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  display_name TEXT,
  released_at BIGINT,
  json TEXT NOT NULL,
  PRIMARY KEY (space_id, provider, model)
) ${clustered};

-- Prices that were added to the shipped list, oldest first. The card is one line of the shipped list's own form. The figures say
-- what the price did to calls that were booked before it: those that had no cost, those that an earlier added price of the
-- model had priced, and those without a price that budgets count for less.
CREATE TABLE added_prices (
  price_number BIGINT NOT NULL PRIMARY KEY,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  card TEXT NOT NULL,
  added_at BIGINT NOT NULL,
  priced_calls BIGINT NOT NULL DEFAULT 0,
  priced_nanos BIGINT NOT NULL DEFAULT 0,
  repriced_calls BIGINT NOT NULL DEFAULT 0,
  repriced_before_nanos BIGINT NOT NULL DEFAULT 0,
  repriced_after_nanos BIGINT NOT NULL DEFAULT 0,
  recounted_calls BIGINT NOT NULL DEFAULT 0
) ${clustered};

-- The processes that admit calls. Entries name the epoch of the process that holds them.
CREATE TABLE processes (
  epoch BIGINT NOT NULL PRIMARY KEY,
  started_at BIGINT NOT NULL,
  lease_until BIGINT NOT NULL,
  ended_at BIGINT
) ${clustered};

-- entry_id sorts in the order of admission. Days are local to the space's time zone at admission ('2026-11-22').
-- cost_nanos is what the call costs as far as is known now (null: unpriced, or not yet ended), counted_nanos what budgets
-- count for it; what they were before a correction stands in adjustments. model is the one sent, once ended the one that
-- answered (sent_model stays); totals_model is the name that model has in totals.
CREATE TABLE entries (
  space_id TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  epoch BIGINT NOT NULL,
  state TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  virtual_key_id TEXT NOT NULL,
  provider TEXT NOT NULL,
  dialect TEXT NOT NULL,
  requested_model TEXT,
  model TEXT,
  sent_model TEXT,
  totals_model TEXT,
  created_at BIGINT NOT NULL,
  settled_at BIGINT,
  local_day TEXT NOT NULL,
  utc_day TEXT NOT NULL,
  price_version TEXT NOT NULL,
  hold_nanos BIGINT NOT NULL,
  -- by which price list the hold was made: other prices say nothing about it
  hold_price_version TEXT,
  -- whether the hold is the most that the call can cost, and not only an estimate
  bounded BIGINT NOT NULL DEFAULT 0,
  -- the output limit, if it was lowered to what a budget had left
  granted_output_tokens BIGINT,
  -- the strict limits that the call was admitted under, null for none
  space_strict_nanos BIGINT,
  agent_strict_nanos BIGINT,
  -- because of which a call under a strict budget counts as the most that its model can cost, one a line
  widening_names TEXT,
  usage_source TEXT,
  cost_nanos BIGINT,
  counted_nanos BIGINT NOT NULL,
  doubt_nanos BIGINT NOT NULL,
  -- not zero for an estimate of which nothing is in doubt, whatever its hold: it is the most that the call can have used,
  -- or a user has released it
  doubt_closed BIGINT NOT NULL DEFAULT 0,
  input_tokens BIGINT NOT NULL,
  cache_read_tokens BIGINT NOT NULL,
  cache_write_tokens BIGINT NOT NULL,
  output_tokens BIGINT NOT NULL,
  reasoning_tokens BIGINT NOT NULL,
  web_searches BIGINT NOT NULL,
  tier TEXT,
  fast BIGINT NOT NULL,
  geography TEXT,
  -- of a Chat Completions call that may have searched the web: how much of its context was for that
  search_context TEXT,
  http_status BIGINT,
  error_code TEXT,
  duration_millis BIGINT,
  first_byte_millis BIGINT,
  -- of a refusal: how many calls this entry stands for, and the money then
  refused_count BIGINT NOT NULL,
  refused_budget_of TEXT,
  refused_budget_nanos BIGINT,
  refused_spent_nanos BIGINT,
  refused_held_nanos BIGINT,
  refused_doubt_nanos BIGINT,
  refused_needed_nanos BIGINT,
  -- the longest answer that there was money for, and when the budget resets
  refused_largest_output_tokens BIGINT,
  refused_resets_at BIGINT,
  -- the field of the request for which its cost could not be bounded
  refused_field TEXT,
  -- if no budget refused it: what the program was told
  refused_message TEXT,
  PRIMARY KEY (space_id, entry_id)
) ${clustered};

CREATE INDEX entries_of_agent ON entries (space_id, agent_id, entry_id);
CREATE INDEX entries_open ON entries (epoch) WHERE state = 'open';
CREATE INDEX entries_refused_or_interrupted ON entries (space_id, state, entry_id)
  WHERE state IN ('refused', 'interrupted');
CREATE INDEX entries_in_doubt ON entries (space_id, local_day) WHERE doubt_nanos > 0;
CREATE INDEX entries_unbounded ON entries (space_id, agent_id) WHERE state = 'open' AND bounded = 0;
CREATE INDEX entries_unpriced ON entries (space_id, entry_id) WHERE usage_source IS NOT NULL AND cost_nanos IS NULL;

-- Each line is a quantity of a kind that a call used, with its price.
CREATE TABLE entry_lines (
  space_id TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  line_number BIGINT NOT NULL,
  -- of the call's usage, from 0: each part has a price card of its own
  part BIGINT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  totals_model TEXT NOT NULL,
  kind TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  unit_picos BIGINT,
  -- what one token of a cache line would have cost as uncached input of the same call; null where that is not known, and on
  -- all other lines
  uncached_picos BIGINT,
  cost_nanos BIGINT,
  -- zero for what a provider reports and does not bill: it costs nothing
  billed BIGINT NOT NULL,
  PRIMARY KEY (space_id, entry_id, line_number)
) ${clustered};

-- Append-only: how an ended entry's cost and what budgets count for it came to be what the entry says now. The deltas of
-- an entry's adjustments, taken from its present figures, give those it first ended with (an unknown cost taken as 0).
CREATE TABLE adjustments (
  space_id TEXT NOT NULL,
  entry_id TEXT NOT NULL,
  adjustment_number BIGINT NOT NULL,
  reason TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  cost_before_nanos BIGINT,
  cost_delta_nanos BIGINT NOT NULL,
  counted_delta_nanos BIGINT NOT NULL,
  doubt_delta_nanos BIGINT NOT NULL DEFAULT 0,
  detail TEXT,
  PRIMARY KEY (space_id, entry_id, adjustment_number)
) ${clustered};

-- Moved in the transaction that ends or corrects an entry. Models without a price share one name. Of each model that answered,
-- one row of no kind ('') has what is counted once a call: request_count (ended entries), reported_count and estimated_count
-- (by usage_source), interrupted_count (by state), unpriced_count, reasoning_tokens, and the cost of calls whose tokens nobody
-- knows. The other rows have quantity and cost of one kind, with the model of their lines. cache_saved_nanos is the sum of
-- quantity * (uncached_picos - unit_picos) over the lines that are in cost_nanos, each rounded half up: below zero where writing
-- to caches cost more than reading them has saved.
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

-- What budgets are decided by: a row per space and month (agent_id ''), and one per agent and month.
-- stopped_limit_nanos is not null once a call admitted under a strict budget has cost more than its hold: the budget of then. No
-- strict budget up to this limit admits anything more in this month.
CREATE TABLE months (
  space_id TEXT NOT NULL,
  local_month TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  spent_nanos BIGINT NOT NULL,
  held_nanos BIGINT NOT NULL,
  doubt_nanos BIGINT NOT NULL,
  stopped_limit_nanos BIGINT,
  PRIMARY KEY (space_id, local_month, agent_id)
) ${clustered};

-- What people have dismissed of a budget's notices in a month: the highest part of it that was used, in percent (0 for none), and
-- whether that it would be exceeded at the month's pace. Another limit or mode is another budget.
CREATE TABLE notices_told (
  space_id TEXT NOT NULL,
  local_month TEXT NOT NULL,
  budget_cents BIGINT NOT NULL,
  budget_mode TEXT NOT NULL,
  used_percent BIGINT NOT NULL,
  projection_told BIGINT NOT NULL,
  PRIMARY KEY (space_id, local_month, budget_cents, budget_mode)
) ${clustered};

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
