-- What prompt caches save is booked with each line, by the rates of its own call.

-- What one token of a cache line would have cost as uncached input of the same call, in pico-dollars. Null where that is not
-- known, and on all other lines.
ALTER TABLE entry_lines ADD COLUMN uncached_picos BIGINT;

-- The sum of quantity * (uncached_picos - unit_picos) over the lines that are in cost_nanos, each rounded half up: below zero
-- where writing to caches cost more than reading them has saved.
ALTER TABLE totals ADD COLUMN cache_saved_nanos BIGINT NOT NULL DEFAULT 0;

-- A call that had uncached input, too, says what that cost. Of one that had none, or several rates of it, nothing is known.
UPDATE entry_lines SET uncached_picos = (
  SELECT CASE WHEN MIN(i.unit_picos) = MAX(i.unit_picos) THEN MIN(i.unit_picos) END
  FROM entry_lines i
  WHERE i.space_id = entry_lines.space_id AND i.entry_id = entry_lines.entry_id AND i.model = entry_lines.model
    AND i.kind = 'input')
WHERE kind IN ('cache_read', 'cache_write_5m', 'cache_write_1h', 'cache_write_30m', 'cache_write_12h')
  AND unit_picos IS NOT NULL;

-- Whole nano-dollars and the rest apart, so that nothing overflows; / and % cut towards zero. The rest is rounded while it is
-- lifted above zero by a nano-dollar for each token.
UPDATE totals SET cache_saved_nanos = saved.nanos
FROM (
  SELECT e.space_id, e.local_day, e.utc_day, e.agent_id, e.provider, l.totals_model,
    CAST(SUM(
      l.quantity * ((l.uncached_picos - l.unit_picos) / 1000)
      + (l.quantity * ((l.uncached_picos - l.unit_picos) % 1000) + 500 + 1000 * l.quantity) / 1000 - l.quantity)
      AS BIGINT) AS nanos
  FROM entry_lines l
  JOIN entries e ON e.space_id = l.space_id AND e.entry_id = l.entry_id
  WHERE l.uncached_picos IS NOT NULL AND e.cost_nanos IS NOT NULL
  GROUP BY e.space_id, e.local_day, e.utc_day, e.agent_id, e.provider, l.totals_model) AS saved
WHERE totals.space_id = saved.space_id AND totals.local_day = saved.local_day AND totals.utc_day = saved.utc_day
  AND totals.agent_id = saved.agent_id AND totals.provider = saved.provider AND totals.model = saved.totals_model;
