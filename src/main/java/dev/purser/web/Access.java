package dev.purser.web;

/** Whom a page is for. */
enum Access {
  /** Whoever comes, signed in or not. */
  ANYONE,
  /** A user who is signed in; everyone else is sent to sign in first, and then back. */
  SIGNED_IN
}
