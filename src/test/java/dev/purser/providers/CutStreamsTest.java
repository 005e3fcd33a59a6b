package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.Priced;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.providers.GeneratedStream.Seen;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Streams of all dialects, made up and cut off anywhere: only one whose end was seen is called
 * reported, and what is booked and in doubt covers all that was seen.
 */
class CutStreamsTest {
  private static final int STREAMS = 400;
  private static final int CUTS = 12;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPENAI_EMBEDDINGS")
  void whateverIsCutOffNothingIsCalledExactThatIsNot(Dialect dialect) {
    Set<UsageSource> sources = EnumSet.noneOf(UsageSource.class);
    for (int seed = 0; seed < STREAMS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      GeneratedStream stream = GeneratedStream.of(dialect, random);
      for (int cut = 0; cut < CUTS; cut++) {
        int length = cut == 0 ? stream.bytes().length : random.nextInt(stream.bytes().length + 1);
        boolean complete = cut == 0 || random.nextInt(4) == 0;
        String name = "%s %d, %d bytes%n%s".formatted(dialect, seed, length, stream);
        sources.add(check(stream, length, complete, random, name));
      }
    }
    assertThat(sources).contains(UsageSource.REPORTED, UsageSource.ESTIMATED);
  }

  private static UsageSource check(
      GeneratedStream stream, int length, boolean complete, SplittableRandom random, String name) {
    Exchange exchange = stream.exchange();
    AnswerReader reader = exchange.reader();
    for (int from = 0; from < length; ) {
      int to = Math.min(length, from + random.nextInt(1, 400));
      byte[] unused = reader.read(Arrays.copyOfRange(stream.bytes(), from, to));
      assertThat(unused).isNotNull();
      from = to;
    }
    Answer answer = reader.end(complete);
    Seen seen = stream.seen(length);
    if (!seen.end()) {
      assertThat(answer.source()).as(name).isNotEqualTo(UsageSource.REPORTED);
      assertThat(answer.ceiling()).as(name).isFalse();
    }
    if (length == stream.bytes().length) {
      boolean whole = answer.source() == UsageSource.REPORTED || answer.ceiling();
      assertThat(whole).as(name).isEqualTo(stream.reportsAll());
    }
    Usage usage = answer.usage();
    Money booked = usage == null ? Money.ZERO : cost(exchange, usage);
    Money inDoubt =
        answer.source() == UsageSource.ESTIMATED && !answer.ceiling()
            ? exchange.bound().hold().minus(booked).max(Money.ZERO)
            : Money.ZERO;
    Money cost = cost(exchange, seen.usage());
    assertThat(booked.plus(inDoubt)).as(name).isGreaterThanOrEqualTo(cost);
    // What was seen is even booked: in doubt is only what was not.
    assertThat(booked).as(name).isGreaterThanOrEqualTo(cost);
    return answer.source();
  }

  private static Money cost(Exchange exchange, Usage usage) {
    Priced priced = Exchange.PRICES.price(exchange.dialect().provider(), usage, Exchange.NOW);
    assertThat(priced.cost()).isNotNull();
    return priced.counted();
  }
}
