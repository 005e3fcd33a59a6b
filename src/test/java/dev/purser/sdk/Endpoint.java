package dev.purser.sdk;

import dev.purser.pricing.Provider;

/** Where an SDK is pointed, and what is known there about the calls that it made. */
public interface Endpoint {
  /** The base URL, without {@code /v1}. */
  String url(Provider provider);

  /** What the SDK presents. */
  String key(Provider provider);

  /** What the last call is billed as. */
  Billed lastBilled();
}
