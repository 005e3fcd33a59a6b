package dev.purser.pricing;

import dev.purser.money.Money;
import dev.purser.storage.Database;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;

/** The prices that were added to the shipped list. None is ever changed or removed. */
public final class PriceStore {
  private final Database database;
  private final PriceList shipped;

  public PriceStore(Database database, PriceList shipped) {
    this.database = database;
    this.shipped = shipped;
  }

  /**
   * What became of an added price.
   *
   * @param number of the price, counted from 1
   * @param done to calls that were booked before it, so far
   * @param finished whether there is nothing more to do to them
   */
  public record Added(PriceList prices, int number, Repriced done, boolean finished) {}

  /**
   * What a price would do to calls that were booked before it.
   *
   * @param counted whether all were counted, and not only the first of very many
   */
  public record Preview(Repriced would, boolean counted) {}

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
   * Says what adding a price would do. Writes nothing.
   *
   * @param mostCalls after how many it stops counting
   * @throws IllegalArgumentException if the price does not come to whole pico-dollars on some terms
   */
  public Preview preview(ModelPrice price, Repricing repricing, long mostCalls) {
    PriceList prices = with(read(), stored(price));
    int number = prices.added().size();
    Repriced would = Repriced.NOTHING;
    Iterator<Repricing.Batch> batches = repricing.find(database, prices);
    while (batches.hasNext()) {
      if (would.changedCalls() >= mostCalls) {
        return new Preview(would, /* counted= */ false);
      }
      would = would.plus(batches.next().would().getOrDefault(number, Repriced.NOTHING));
    }
    return new Preview(would, /* counted= */ true);
  }

  /**
   * Adds a price, and books what it changes: as much as fits one short transaction in the one that
   * adds it, the rest in further ones.
   *
   * @param inForce is given the list as soon as the price is on it
   * @param mostCalls after how many it leaves the rest to {@link #reprice}
   * @throws IllegalArgumentException if the price does not come to whole pico-dollars on some terms
   */
  public Added add(
      ModelPrice price,
      Instant now,
      Repricing repricing,
      Consumer<PriceList> inForce,
      long mostCalls) {
    String line = PriceFile.line(price);
    ModelPrice readable = PriceFile.parseLine(line);
    Iterator<Repricing.Batch> batches = repricing.find(database, with(read(), readable));
    Optional<Repricing.Batch> first =
        batches.hasNext() ? Optional.of(batches.next()) : Optional.empty();
    PriceList prices =
        database.write(handle -> {
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
          PriceList with = read(handle);
          first.ifPresent(batch -> book(handle, with, repricing, batch));
          return with;
        });
    inForce.accept(prices);
    int number = prices.added().size();
    boolean finished = true;
    while (batches.hasNext()) {
      if (done(number).changedCalls() >= mostCalls) {
        finished = false;
        break;
      }
      Repricing.Batch batch = batches.next();
      database.write(handle -> book(handle, prices, repricing, batch));
    }
    return new Added(prices, number, done(number), finished);
  }

  /** Books what this list changes of calls that were booked before, a short transaction each. */
  public void reprice(PriceList prices, Repricing repricing) {
    repricing
        .find(database, prices)
        .forEachRemaining(
            batch -> database.write(handle -> book(handle, prices, repricing, batch)));
  }

  /**
   * What an added price has done so far to calls that were booked before it. Those that it left as
   * they were are not counted: nothing was written of them.
   */
  public Repriced done(int number) {
    return database.read(handle ->
        handle
            .createQuery(
                """
                SELECT priced_calls, priced_nanos, repriced_calls, repriced_before_nanos,
                  repriced_after_nanos, recounted_calls
                FROM added_prices WHERE price_number = :number
                """)
            .bind("number", number)
            .map((row, _) ->
                new Repriced(
                    row.getLong(1),
                    new Money(row.getLong(2)),
                    row.getLong(3),
                    new Money(row.getLong(4)),
                    new Money(row.getLong(5)),
                    row.getLong(6),
                    /* keptCalls= */ 0))
            .findOne()
            .orElse(Repriced.NOTHING));
  }

  /** Counts with each price what it did in the transaction that does it. */
  private static boolean book(
      Handle handle, PriceList prices, Repricing repricing, Repricing.Batch batch) {
    for (Map.Entry<Integer, Repriced> each : repricing.book(handle, prices, batch).entrySet()) {
      Repriced done = each.getValue();
      handle
          .createUpdate(
              """
              UPDATE added_prices SET
                priced_calls = priced_calls + :pricedCalls,
                priced_nanos = priced_nanos + :pricedNanos,
                repriced_calls = repriced_calls + :repricedCalls,
                repriced_before_nanos = repriced_before_nanos + :beforeNanos,
                repriced_after_nanos = repriced_after_nanos + :afterNanos,
                recounted_calls = recounted_calls + :recountedCalls
              WHERE price_number = :number
              """)
          .bind("pricedCalls", done.pricedCalls())
          .bind("pricedNanos", done.pricedCost().nanos())
          .bind("repricedCalls", done.repricedCalls())
          .bind("beforeNanos", done.costBefore().nanos())
          .bind("afterNanos", done.costAfter().nanos())
          .bind("recountedCalls", done.recountedCalls())
          .bind("number", each.getKey())
          .execute();
    }
    return true;
  }

  private static PriceList with(PriceList prices, ModelPrice price) {
    List<ModelPrice> added = new ArrayList<>(prices.added());
    added.add(price);
    return prices.withAdded(added);
  }

  /** As it is read again once it is stored. */
  private static ModelPrice stored(ModelPrice price) {
    return PriceFile.parseLine(PriceFile.line(price));
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
