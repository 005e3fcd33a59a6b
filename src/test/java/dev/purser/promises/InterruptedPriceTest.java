package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.App;
import dev.purser.ledger.LedgerBooks;
import dev.purser.ledger.Repricer;
import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.PriceStore;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.running.Await;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.Database;
import dev.purser.storage.TestDatabase;
import dev.purser.web.Figures;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A wrong price is replaced while a call runs, and then the call's process dies: the process that
 * ends its entry looks at prices again, so that the wrong one is not in the charge.
 */
class InterruptedPriceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  @Test
  void whatAnotherProcessInterruptsIsChargedByThePriceInForce() throws Exception {
    try (HeldCalls calls = new HeldCalls();
        RunningPurser other =
            RunningPurser.start(
                TestDatabase.Kind.POSTGRESQL,
                Map.of("PURSER_ANTHROPIC_URL", calls.providerUrl(), "PURSER_LEASE_SECONDS", "1"))) {
      Person person = other.newPerson();
      person.saveKey("anthropic", Person.ANTHROPIC_KEY);
      String key = person.virtualKey(person.agent("steady")).secret();
      Database database = other.database().openAnother();
      PriceStore prices = new PriceStore(database, PriceList.shipped());
      add(prices, "300", "1500");
      Map<String, String> settings =
          new HashMap<>(RunningPurser.settings(other.database(), other.directory()));
      settings.put("PURSER_ANTHROPIC_URL", calls.providerUrl());
      try (App dying = App.start(App.settings(settings, folder), InstantSource.system())) {
        CompletableFuture<Http.Answer> call =
            calls.begin(new Http("http://127.0.0.1:" + dying.port(), key), 100);
        long wrong = number(database, "SELECT hold_nanos FROM entries WHERE state = 'open'");
        add(prices, "3", "15");
        for (App process : List.of(other.app(), dying)) {
          awaitPrices(process, person, prices.read().version());
        }

        // It renews its lease long after the other has seen that it has run out.
        database.write(handle ->
            handle.execute(
                "UPDATE processes SET lease_until = 1 WHERE epoch = (SELECT epoch FROM entries)"));

        long right = (wrong + 99) / 100;
        Await.until(
            "it is charged by the price in force",
            PATIENCE,
            () ->
                number(
                        database,
                        "SELECT COALESCE(SUM(counted_nanos), 0) FROM entries"
                            + " WHERE state = 'interrupted'")
                    == right);
        assertThat(
                new Http(other.url(), null)
                    .get("/usage", "cookie", other.sessionCookie(person))
                    .text())
            .as("a cost without tokens, in the table of tokens by kind")
            .containsPattern(
                "Interrupted calls<span class=\"sub\">.*?<data value=\""
                    + Figures.exact(new Money(right))
                    + "\">");
        LedgerBooks.balance(database);
        calls.answerFirst(10);
        assertThat(call.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
      }
    }
  }

  /** Until a process has a list in force, and so has looked at all calls by it once. */
  private static void awaitPrices(App process, Person person, String version) {
    String session = RunningPurser.sessionCookie(process, person.userId());
    Http browser = new Http("http://127.0.0.1:" + process.port(), null);
    Await.until(
        "the price is in force",
        PATIENCE,
        () -> browser.get("/prices", "cookie", session).text().contains(version));
  }

  private static void add(PriceStore prices, String input, String output) {
    prices.add(
        new ModelPrice(
            Provider.ANTHROPIC,
            HeldCalls.MODEL,
            ModelPrice.Use.CHAT,
            LocalDate.MIN,
            null,
            null,
            Rates.ofUsdPerMillion(
                Map.of(Kind.INPUT, new BigDecimal(input), Kind.OUTPUT, new BigDecimal(output))),
            null,
            Map.of(),
            List.of()),
        Instant.now(),
        new Repricer(InstantSource.system()),
        _ -> {},
        Long.MAX_VALUE);
  }

  private static long number(Database database, String sql) {
    return database.read(handle -> handle.createQuery(sql).mapTo(Long.class).one());
  }
}
