package dev.purser.cli;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Rates;
import dev.purser.storage.Database;
import java.io.PrintWriter;
import java.util.OptionalLong;
import picocli.CommandLine.Command;

/** {@code prices list}. */
@Command(name = "list", description = "Prints the price list in force.")
final class PricesList implements Runnable {
  private static final String ROW = "%-10s %-32s %10s %10s %10s %10s %10s%n";

  private final Program program;

  PricesList(Program program) {
    this.program = program;
  }

  @Override
  public void run() {
    try (Database database = program.database().get()) {
      PriceList prices = new PriceStore(database, PriceList.shipped()).read();
      PrintWriter out = program.out();
      out.println("Price list " + prices.version() + ", USD per million tokens");
      out.printf(ROW, "provider", "model", "input", "cache read", "write 5m", "write 1h", "output");
      for (ModelPrice price : prices.inForce(program.clock().instant())) {
        Rates list = price.list();
        out.printf(
            ROW,
            price.provider().id(),
            price.model(),
            usd(list, Kind.INPUT),
            usd(list, Kind.CACHE_READ),
            usd(list, Kind.CACHE_WRITE_5M),
            usd(list, Kind.CACHE_WRITE_1H),
            usd(list, Kind.OUTPUT));
      }
    }
  }

  private static String usd(Rates rates, Kind kind) {
    OptionalLong picos = rates.picos(kind);
    return picos.isEmpty() ? "-" : Rates.usdPerMillion(picos.getAsLong()).toPlainString();
  }
}
