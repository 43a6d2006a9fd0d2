-- Times are milliseconds since 1970 UTC; hashes are SHA-256.

CREATE TABLE IF NOT EXISTS device (
    code_hash   BLOB PRIMARY KEY,
    user_code   TEXT NOT NULL UNIQUE,
    state       TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'denied')),
    expires_at  INTEGER NOT NULL,
    interval_ms INTEGER NOT NULL,
    polled_at   INTEGER
) STRICT;

-- One row for each sign-in.
CREATE TABLE IF NOT EXISTS signed_in (
    id           INTEGER PRIMARY KEY,
    access_hash  BLOB NOT NULL UNIQUE,
    expires_at   INTEGER NOT NULL,
    refresh_hash BLOB NOT NULL UNIQUE
) STRICT;

-- Refresh tokens that were used. Meeting one again means that somebody else has it.
CREATE TABLE IF NOT EXISTS spent (
    refresh_hash BLOB PRIMARY KEY,
    signed_in    INTEGER NOT NULL REFERENCES signed_in (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE IF NOT EXISTS session (
    cookie_hash BLOB PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS connection (
    id               TEXT PRIMARY KEY,
    profile          TEXT NOT NULL,
    account_id       TEXT NOT NULL,
    account_name     TEXT NOT NULL,
    project          TEXT,
    token_id         TEXT NOT NULL,
    token_kind       TEXT NOT NULL,
    token_name       TEXT NOT NULL,
    token_expires_on TEXT,
    sealed_value     BLOB NOT NULL,
    fingerprint      TEXT NOT NULL,
    receipt_code     TEXT NOT NULL,
    updated_on       TEXT NOT NULL
) STRICT;

CREATE UNIQUE INDEX IF NOT EXISTS connection_by_project ON connection (account_id, ifnull(project, ''));

-- Tokens of their own beside a connection's narrow one. What is derived from one is never stored.
CREATE TABLE IF NOT EXISTS extra (
    connection_id TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    id            TEXT NOT NULL,
    token_id      TEXT NOT NULL,
    token_name    TEXT NOT NULL,
    sealed_value  BLOB NOT NULL,
    fingerprint   TEXT NOT NULL,
    updated_on    TEXT NOT NULL,
    PRIMARY KEY (connection_id, id)
) STRICT;

-- First answers, by Idempotency-Key.
CREATE TABLE IF NOT EXISTS answer (
    key           TEXT PRIMARY KEY,
    request_hash  BLOB NOT NULL,
    connection_id TEXT NOT NULL REFERENCES connection (id) ON DELETE CASCADE,
    status        INTEGER NOT NULL,
    body          TEXT NOT NULL,
    expires_at    INTEGER NOT NULL
) STRICT;
