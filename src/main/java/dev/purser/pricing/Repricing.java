package dev.purser.pricing;

import org.jdbi.v3.core.Handle;

/** Gives the open month's unpriced entries the price that a newer list has for them. */
@FunctionalInterface
public interface Repricing {
  /**
   * Books what changes, as adjustments, in the transaction that it is called in. What has a cost
   * keeps it, so that doing it twice changes nothing more.
   */
  void in(Handle transaction, PriceList prices);
}
