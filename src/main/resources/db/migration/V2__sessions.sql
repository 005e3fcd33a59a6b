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
