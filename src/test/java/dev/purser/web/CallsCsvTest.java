package dev.purser.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.reports.CallFilter;
import dev.purser.reports.CallStore;
import dev.purser.storage.TestDatabase;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How many files are made at once. What is in them, CallsPageTest says. */
class CallsCsvTest {
  /** A clock that keeps whoever looks at it: so a file takes as long as a test wants. */
  private static final class Slow implements InstantSource {
    private final CountDownLatch begun;
    private final CountDownLatch goOn = new CountDownLatch(1);

    Slow(int files) {
      begun = new CountDownLatch(files);
    }

    @Override
    public Instant instant() {
      begun.countDown();
      await(goOn);
      return Instant.EPOCH;
    }

    static void await(CountDownLatch latch) {
      try {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void eachSpaceHasOneFileMadeAtATimeAndFewAreMadeInAll() {
    try (TestDatabase test = TestDatabase.fresh(TestDatabase.Kind.SQLITE);
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Slow clock = new Slow(2);
      CallsCsv files = new CallsCsv(new CallStore(test.database()), clock);
      var one = CompletableFuture.supplyAsync(() -> files.of("one", CallFilter.ALL), threads);
      var two = CompletableFuture.supplyAsync(() -> files.of("two", CallFilter.ALL), threads);
      Slow.await(clock.begun);
      CallsCsv.Made same = files.of("one", CallFilter.ALL);
      CallsCsv.Made third = files.of("three", CallFilter.ALL);
      clock.goOn.countDown();
      assertThat(same).isInstanceOf(CallsCsv.Made.Busy.class);
      assertThat(third).isInstanceOf(CallsCsv.Made.Busy.class);
      assertThat(one.join()).isInstanceOf(CallsCsv.Made.Whole.class);
      assertThat(two.join()).isInstanceOf(CallsCsv.Made.Whole.class);
      assertThat(files.of("one", CallFilter.ALL)).isInstanceOf(CallsCsv.Made.Whole.class);
      assertThat(files.of("three", CallFilter.ALL)).isInstanceOf(CallsCsv.Made.Whole.class);
    }
  }
}
