package dev.purser.pricing;

import dev.purser.storage.Database;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Gives calls of the open month that are booked without a price, or by an added price that a later
 * one has replaced, what they cost by a newer list.
 */
public interface Repricing {
  /** The name of a call's entry. */
  record EntryName(String spaceId, String entryId) {}

  /**
   * Some calls that a list changes, few enough for one short transaction.
   *
   * @param would what it does to them if nothing else changes meanwhile, by the number of the added
   *     price that does it, 0 for the shipped list
   */
  record Batch(List<EntryName> entries, Map<Integer, Repriced> would) {
    public Batch {
      entries = List.copyOf(entries);
      would = Map.copyOf(would);
    }
  }

  /** Looks for what a list changes, while it is read: nothing is locked or written. */
  Iterator<Batch> find(Database database, PriceList prices);

  /**
   * Books what changes, as adjustments, in the transaction that it is called in. What has its cost
   * by this list keeps it, so that doing it twice changes nothing more.
   *
   * @return what was done, by the number of the added price that did it
   */
  Map<Integer, Repriced> book(Handle transaction, PriceList prices, Batch batch);
}
