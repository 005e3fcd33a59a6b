package dev.purser.cli;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.PriceWords;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.storage.Database;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code prices add}. */
@Command(
    name = "add",
    description = {
      "Adds a price, in USD per million tokens. This month's calls that have no price, or that an",
      "earlier added price of the model has priced, get their cost by it. What it does to them is",
      "shown first. A running server takes the price over within a minute."
    })
final class PricesAdd implements Runnable {
  private static final long MAX_PREVIEWED = 1_000_000;

  private final Program program;

  @Parameters(index = "0", paramLabel = "PROVIDER", description = "anthropic or openai.")
  private String provider = "";

  @Parameters(index = "1", paramLabel = "MODEL", description = "The model's name.")
  private String model = "";

  @Option(names = "--input", required = true, paramLabel = "USD", description = "Uncached input.")
  private @Nullable BigDecimal input;

  @Option(names = "--output", required = true, paramLabel = "USD", description = "Output.")
  private @Nullable BigDecimal output;

  @Option(names = "--cache-read", paramLabel = "USD", description = "Input read from a cache.")
  private @Nullable BigDecimal cacheRead;

  @Option(names = "--cache-write-5m", paramLabel = "USD", description = "Written for 5 minutes.")
  private @Nullable BigDecimal cacheWrite5m;

  @Option(names = "--cache-write-1h", paramLabel = "USD", description = "Written for an hour.")
  private @Nullable BigDecimal cacheWrite1h;

  @Option(names = "--cache-write-30m", paramLabel = "USD", description = "Written for 30 minutes.")
  private @Nullable BigDecimal cacheWrite30m;

  @Option(names = "--cache-write-12h", paramLabel = "USD", description = "Written for 12 hours.")
  private @Nullable BigDecimal cacheWrite12h;

  @Option(
      names = "--from",
      paramLabel = "DAY",
      description =
          "The first UTC day it holds, such as 2026-12-01; from the beginning unless given.")
  private @Nullable LocalDate from;

  @Option(names = "--embeddings", description = "The model makes embeddings.")
  private boolean embeddings;

  @Option(
      names = "--yes",
      description = "Save it although it is unusual, or the model is on the list already.")
  private boolean sure;

  @Option(names = "--dry-run", description = "Show what it would do, and save nothing.")
  private boolean dryRun;

  PricesAdd(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    ModelPrice price = price();
    try (Database database = program.database().get()) {
      PriceStore store = new PriceStore(database, PriceList.shipped());
      List<String> doubts = PriceWords.doubts(store.read(), price, program.clock().instant());
      PriceWords.would(store.preview(price, program.repricing(), MAX_PREVIEWED))
          .forEach(program.out()::println);
      if (!doubts.isEmpty() && !sure && !dryRun) {
        throw new CommandFailure(
            "nothing was saved: "
                + String.join(" ", doubts)
                + " If the price is right, add --yes.");
      }
      doubts.forEach(program.out()::println);
      if (dryRun) {
        program.out().println("Nothing was saved.");
        return;
      }
      PriceStore.Added added =
          store.add(
              price,
              program.clock().instant(),
              program.repricing(),
              _ -> {},
              /* mostCalls= */ Long.MAX_VALUE);
      program.out().println("The price was added. Price list " + added.prices().version());
      PriceWords.did(added.done()).forEach(program.out()::println);
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("the price will not do: " + e.getMessage());
    }
  }

  private ModelPrice price() {
    Map<Kind, BigDecimal> usd = new EnumMap<>(Kind.class);
    put(usd, Kind.INPUT, input);
    put(usd, Kind.OUTPUT, output);
    put(usd, Kind.CACHE_READ, cacheRead);
    put(usd, Kind.CACHE_WRITE_5M, cacheWrite5m);
    put(usd, Kind.CACHE_WRITE_1H, cacheWrite1h);
    put(usd, Kind.CACHE_WRITE_30M, cacheWrite30m);
    put(usd, Kind.CACHE_WRITE_12H, cacheWrite12h);
    try {
      return new ModelPrice(
          Provider.ofId(provider)
              .orElseThrow(() -> new CommandFailure("the provider is anthropic or openai")),
          model,
          embeddings ? ModelPrice.Use.EMBEDDINGS : ModelPrice.Use.CHAT,
          from == null ? LocalDate.MIN : from,
          null,
          null,
          Rates.ofUsdPerMillion(usd),
          null,
          Map.of(),
          List.of());
    } catch (IllegalArgumentException e) {
      throw new CommandFailure("the price will not do: " + e.getMessage());
    }
  }

  private static void put(Map<Kind, BigDecimal> usd, Kind kind, @Nullable BigDecimal price) {
    if (price != null) {
      usd.put(kind, price);
    }
  }
}
