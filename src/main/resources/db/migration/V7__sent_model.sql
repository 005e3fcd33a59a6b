-- The model that a call was sent with is kept beside the one that answered, which takes its place in the column model.

-- Null of refused calls, and of those before this column.
ALTER TABLE entries ADD COLUMN sent_model TEXT;
