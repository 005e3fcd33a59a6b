package dev.purser.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.purser.running.Await;
import dev.purser.storage.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log says of calls that were told that the ledger is not available. */
class GivenUpTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final class Heard extends AppenderBase<ILoggingEvent> {
    private final List<String> lines = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
    }
  }

  private final Logger logger = (Logger) LoggerFactory.getLogger(GivenUp.class);
  private final Heard heard = new Heard();

  @BeforeEach
  void hear() {
    heard.start();
    logger.addAppender(heard);
  }

  @AfterEach
  void hearNoMore() {
    logger.detachAppender(heard);
  }

  @Test
  void admissionsThatTheDatabaseIsTooSlowForAreToldInTheLogNotOftenerThanEveryTenSeconds() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    CompletableFuture<Boolean> goOn = new CompletableFuture<>();
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        Ledger ledger =
            Ledger.start(
                test.database(),
                LedgerConfiguration.DEFAULT.withWaitingAdmissions(2),
                now::get,
                (provider, model) -> model)) {
      Calls calls = Calls.of(test.database(), "space-1");
      test.database().writer().execute(goOn::join);
      var first = ledger.admit(calls.admission(now.get().plusSeconds(1)));
      var second = ledger.admit(calls.admission(now.get().plusSeconds(3)));
      assertThat(ledger.admit(calls.admission()).join()).isEqualTo(new Decision.Overloaded());
      Await.until("the first line", PATIENCE, () -> heard.lines.size() == 1);

      now.set(now.get().plusSeconds(2));
      assertThat(first.join()).isEqualTo(new Decision.Unavailable());
      now.set(now.get().plusSeconds(2));
      assertThat(second.join()).isEqualTo(new Decision.Unavailable());
      now.set(now.get().plus(GivenUp.PAUSE));
      Await.until("the second line", PATIENCE, () -> heard.lines.size() == 2);

      assertThat(heard.lines.getFirst()).contains("0 not written", "1 turned away");
      assertThat(heard.lines.getLast()).contains("2 not written", "0 turned away");
      goOn.complete(true);
    } finally {
      goOn.complete(true);
    }
  }
}
