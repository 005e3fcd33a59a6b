package dev.purser.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.ledger.LedgerBooks;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelPrice;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Rates;
import dev.purser.running.Await;
import dev.purser.storage.Writer;
import io.vertx.core.http.HttpServerRequest;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A model gets its first price while calls of it are under way. */
class PriceInFlightTest {
  private static final Duration SOON = Duration.ofSeconds(10);
  private static final String BODY =
      "{\"model\":\"claude-brandnew-9\",\"max_tokens\":9,\"messages\":[]}";
  private static final String ANSWER =
      "{\"type\":\"message\",\"model\":\"claude-brandnew-9\",\"content\":[],"
          + "\"usage\":{\"input_tokens\":1000,\"output_tokens\":10}}";

  /** Of 1,000 tokens in at $3 and 10 out at $15 a million. */
  private static final long COST_NANOS = 3_150_000;

  private final TestGateway purser = new TestGateway();
  private final AtomicReference<HttpServerRequest> asked = new AtomicReference<>();

  @AfterEach
  void stop() {
    purser.close();
  }

  /** A call that the provider has received, and answers when it is told to. */
  private CompletableFuture<HttpResponse<String>> callUnderWay() {
    return callUnderWay(BODY);
  }

  private CompletableFuture<HttpResponse<String>> callUnderWay(String body) {
    purser.provider.answers(asked::set);
    CompletableFuture<HttpResponse<String>> call =
        CompletableFuture.supplyAsync(
            () -> purser.post("/v1/messages", body), Thread::startVirtualThread);
    Await.until("the provider is asked", SOON, () -> asked.get() != null);
    return call;
  }

  private void answer() {
    HttpServerRequest request = asked.get();
    purser.vertx.runOnContext(
        _ -> request.response().putHeader("content-type", "application/json").end(ANSWER));
  }

  private void addPrice() {
    addPrice("3", "15");
  }

  private void addPrice(String input, String output) {
    purser.prices.add(
        new ModelPrice(
            Provider.ANTHROPIC,
            "claude-brandnew-9",
            ModelPrice.Use.CHAT,
            LocalDate.MIN,
            null,
            null,
            Rates.ofUsdPerMillion(
                Map.of(Kind.INPUT, new BigDecimal(input), Kind.OUTPUT, new BigDecimal(output))),
            null,
            Map.of(),
            List.of()),
        Instant.now());
  }

  private List<String> versions() {
    return purser.database.read(handle ->
        handle.createQuery("SELECT price_version FROM entries").mapTo(String.class).list());
  }

  private long number(String column) {
    return purser.database.read(
        handle -> handle.createQuery("SELECT " + column + " FROM entries").mapTo(Long.class).one());
  }

  private long adjustments() {
    return purser.database.read(
        handle -> handle.createQuery("SELECT COUNT(*) FROM adjustments").mapTo(Long.class).one());
  }

  @Test
  void aCallThatEndsAfterwardsHasThePriceAtOnce() {
    String before = purser.prices.current().version();
    CompletableFuture<HttpResponse<String>> call = callUnderWay();
    assertThat(versions()).containsExactly(before);
    addPrice();
    answer();
    assertThat(call.join().statusCode()).isEqualTo(200);
    assertThat(purser.lastEntry().costNanos()).isEqualTo(COST_NANOS);
    assertThat(versions()).containsExactly(before + "+1");
    assertThat(adjustments()).isZero();
    LedgerBooks.balance(purser.database);
  }

  @Test
  void aCallThatIsBookedBetweenHasItSoon() {
    CompletableFuture<HttpResponse<String>> call = callUnderWay();
    CountDownLatch free = new CountDownLatch(1);
    CompletableFuture<Boolean> held = holdWriter(free);
    // The writer takes the price first, and then the call that was priced without it.
    Thread adding = Thread.ofPlatform().start(this::addPrice);
    Await.until("the price waits", SOON, () -> adding.getState() == Thread.State.WAITING);
    answer();
    assertThat(call.join().statusCode()).isEqualTo(200);
    free.countDown();
    assertThat(held.join()).isTrue();

    Await.until(
        "the call has its price",
        SOON,
        () -> Long.valueOf(COST_NANOS).equals(purser.lastEntry().costNanos()));
    assertThat(adjustments()).as("it was booked without one").isEqualTo(1);
    LedgerBooks.balance(purser.database);
  }

  @Test
  void aCallThatWasAdmittedAtAPriceThatIsReplacedEndsAtTheRightOne() {
    addPrice("300", "1500");
    CompletableFuture<HttpResponse<String>> call = callUnderWay();
    addPrice();
    answer();
    assertThat(call.join().statusCode()).isEqualTo(200);
    assertThat(purser.lastEntry().costNanos()).isEqualTo(COST_NANOS);
    assertThat(adjustments()).isZero();
    LedgerBooks.balance(purser.database);
  }

  @Test
  void aCallThatIsBookedAtTheWrongPriceWhileItIsReplacedIsPutRightSoon() {
    addPrice("300", "1500");
    CompletableFuture<HttpResponse<String>> call = callUnderWay();
    CountDownLatch free = new CountDownLatch(1);
    CompletableFuture<Boolean> held = holdWriter(free);
    Thread adding = Thread.ofPlatform().start(this::addPrice);
    Await.until("the price waits", SOON, () -> adding.getState() == Thread.State.WAITING);
    answer();
    assertThat(call.join().statusCode()).isEqualTo(200);
    free.countDown();
    assertThat(held.join()).isTrue();

    Await.until(
        "the call has its price",
        SOON,
        () -> Long.valueOf(COST_NANOS).equals(purser.lastEntry().costNanos()));
    assertThat(adjustments()).isEqualTo(1);
    LedgerBooks.balance(purser.database);
  }

  @Test
  void aCallThatIsCutAfterItsPriceWasReplacedDoubtsNoMoneyOfTheOldOne() {
    addPrice("300", "1500");
    CompletableFuture<HttpResponse<String>> call =
        callUnderWay(BODY.replace("{\"model", "{\"stream\":true,\"model"));
    long held = number("hold_nanos");
    assertThat(held).isPositive();
    addPrice();
    purser.vertx.runOnContext(_ -> {
      HttpServerRequest request = asked.get();
      request.response().setChunked(true).putHeader("content-type", "text/event-stream");
      request
          .response()
          .write("event: ping\ndata: {\"type\":\"ping\"}\n\n")
          .onSuccess(written -> request.connection().close());
    });
    assertThat(call.handle((answer, failure) -> true).join()).isTrue();

    // Tokens out cost five times as much as tokens in, at both prices: the relation is the same.
    Await.until(
        "its hold is by the right price", SOON, () -> number("hold_nanos") == (held + 99) / 100);
    assertThat(number("doubt_nanos")).isEqualTo(number("hold_nanos") - number("counted_nanos"));
    LedgerBooks.balance(purser.database);
  }

  private CompletableFuture<Boolean> holdWriter(CountDownLatch free) {
    CompletableFuture<Boolean> held = new CompletableFuture<>();
    CountDownLatch begun = new CountDownLatch(1);
    purser
        .database
        .writer()
        .submit(
            _ -> {
              begun.countDown();
              try {
                free.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return true;
            },
            new Writer.Outcome<Boolean>() {
              @Override
              public void committed(Boolean result) {
                held.complete(result);
              }

              @Override
              public void failed(Throwable cause) {
                held.completeExceptionally(cause);
              }
            });
    Await.until("the writer is held", SOON, () -> begun.getCount() == 0);
    return held;
  }
}
