-- What the mending of faults needs.

-- usage and prices

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

-- errors and entries

-- ledger

-- text

-- people

-- keys
