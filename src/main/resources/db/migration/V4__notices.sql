-- What people have been told of a budget in a month, and have put away: the highest part of it that was used, in percent (0
-- for none), and whether that it would be passed at the month's pace. Another limit or mode is another budget.
CREATE TABLE notices_told (
  space_id TEXT NOT NULL,
  local_month TEXT NOT NULL,
  budget_cents BIGINT NOT NULL,
  budget_mode TEXT NOT NULL,
  used_percent BIGINT NOT NULL,
  projection_told BIGINT NOT NULL,
  PRIMARY KEY (space_id, local_month, budget_cents, budget_mode)
) ${clustered};
