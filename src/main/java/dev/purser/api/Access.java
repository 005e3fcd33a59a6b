package dev.purser.api;

/** Who may make a call. */
enum Access {
  ANYONE,
  /** A session, or an access token of either scope. */
  READ,
  /** A session, or an access token with the scope {@code manage}. */
  MANAGE
}
