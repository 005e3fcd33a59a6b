package dev.purser.pricing;

import dev.purser.storage.Database;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The prices that were added to the shipped list. None is ever changed or removed. */
public final class PriceStore {
  private final Database database;
  private final PriceList shipped;

  public PriceStore(Database database, PriceList shipped) {
    this.database = database;
    this.shipped = shipped;
  }

  /** The shipped list with all that was added to it. */
  public PriceList read() {
    return database.read(this::read);
  }

  /** How many prices were added: changes exactly when {@link #read} does. */
  public long addedCount() {
    return database.read(handle ->
        handle
            .createQuery("SELECT COALESCE(MAX(price_number), 0) FROM added_prices")
            .mapTo(Long.class)
            .one());
  }

  /**
   * Adds a price, and prices with it what had none, in one transaction.
   *
   * @return the list with the price in it
   * @throws IllegalArgumentException if the price does not come to whole pico-dollars on some terms
   */
  public PriceList add(ModelPrice price, Instant now, Repricing repricing) {
    String line = PriceFile.line(price);
    ModelPrice readable = PriceFile.parseLine(line);
    return database.write(handle -> {
      handle
          .createUpdate(
              """
              INSERT INTO added_prices (price_number, provider, model, card, added_at)
              SELECT COALESCE(MAX(price_number), 0) + 1, :provider, :model, :card, :addedAt
              FROM added_prices
              """)
          .bind("provider", readable.provider().id())
          .bind("model", readable.model())
          .bind("card", line)
          .bind("addedAt", now.toEpochMilli())
          .execute();
      PriceList prices = read(handle);
      repricing.in(handle, prices);
      return prices;
    });
  }

  /** Prices what had no price when it was booked and has one on this list. */
  public void reprice(PriceList prices, Repricing repricing) {
    database.<@Nullable Void>write(handle -> {
      repricing.in(handle, prices);
      return null;
    });
  }

  private PriceList read(Handle handle) {
    List<ModelPrice> added =
        handle
            .createQuery("SELECT card FROM added_prices ORDER BY price_number")
            .mapTo(String.class)
            .map(PriceFile::parseLine)
            .list();
    return shipped.withAdded(added);
  }
}
