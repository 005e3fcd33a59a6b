-- What the mending of faults needs.

-- usage and prices

-- strict

-- errors and entries

-- ledger

-- text

-- people

-- keys
