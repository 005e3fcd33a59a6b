-- What strict budgets need.

-- The latest month that a call of this space was admitted in, '' before the first: none is admitted in an earlier one, so
-- that a change of the time zone opens no month again.
ALTER TABLE spaces ADD COLUMN latest_month TEXT NOT NULL DEFAULT '';
UPDATE spaces SET latest_month =
  COALESCE((SELECT MAX(local_month) FROM months WHERE months.space_id = spaces.space_id), '');

-- Not null once a call admitted under a strict budget has cost more than its hold: the budget of then. No strict budget
-- up to this limit admits anything more in this month.
ALTER TABLE months ADD COLUMN stopped_limit_nanos BIGINT;

-- bounded: whether hold_nanos is the most that the call can cost, and not only an estimate. granted_output_tokens: the
-- output limit that was lowered to what a budget had left. The strict limits that it was admitted under, null for none.
ALTER TABLE entries ADD COLUMN bounded BIGINT NOT NULL DEFAULT 0;
ALTER TABLE entries ADD COLUMN granted_output_tokens BIGINT;
ALTER TABLE entries ADD COLUMN space_strict_nanos BIGINT;
ALTER TABLE entries ADD COLUMN agent_strict_nanos BIGINT;

-- Of a refusal: the longest answer that there was money for, and when the budget begins anew; or the field of the request
-- for which its cost could not be bounded.
ALTER TABLE entries ADD COLUMN refused_largest_output_tokens BIGINT;
ALTER TABLE entries ADD COLUMN refused_resets_at BIGINT;
ALTER TABLE entries ADD COLUMN refused_field TEXT;

ALTER TABLE adjustments ADD COLUMN doubt_delta_nanos BIGINT NOT NULL DEFAULT 0;

CREATE INDEX entries_in_doubt ON entries (space_id, local_day) WHERE doubt_nanos > 0;
CREATE INDEX entries_unbounded ON entries (space_id, agent_id) WHERE state = 'open' AND bounded = 0;
