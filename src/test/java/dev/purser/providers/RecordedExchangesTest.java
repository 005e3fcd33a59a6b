package dev.purser.providers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.money.Money;
import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.PriceList;
import dev.purser.pricing.Provider;
import dev.purser.pricing.Usage;
import dev.purser.pricing.UsageSource;
import dev.purser.replay.Recording;
import dev.purser.replay.Recording.Expected;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.condition.EnabledIf;

/** Real exchanges, read as the gateway reads them, beside an independent reading of the same. */
@EnabledIf(
    value = "recordingsAreHere",
    disabledReason = "the recorded exchanges are not part of this repository (../shared/fixtures)")
class RecordedExchangesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");

  private final PriceList prices = PriceList.shipped();

  static boolean recordingsAreHere() {
    if (!Recording.present()) {
      System.out.println(
          "RecordedExchangesTest did not run: there are no recordings beside this clone");
    }
    return Recording.present();
  }

  private static Optional<Dialect> dialect(Recording recording) {
    return Arrays.stream(Dialect.values())
        .filter(dialect -> dialect.path().equals(recording.path()))
        .findFirst();
  }

  private static List<Recording> ofADialect() {
    return Recording.all().stream().filter(recording -> dialect(recording).isPresent()).toList();
  }

  private static RequestReading read(Recording recording) {
    return dialect(recording).orElseThrow().read(recording.request());
  }

  @Test
  void whatCanBeMeteredIsAcceptedAndNothingElse() {
    for (Recording recording : ofADialect()) {
      RequestReading reading = read(recording);
      if (recording.expected() instanceof Expected.NotMetered) {
        assertThat(reading)
            .as(recording.name())
            .isInstanceOfSatisfying(
                RequestReading.Refused.class,
                refused ->
                    assertThat(refused.error().code()).isEqualTo(ErrorCode.REQUEST_NOT_METERABLE));
      } else {
        assertThat(reading).as(recording.name()).isInstanceOf(RequestReading.Accepted.class);
      }
    }
  }

  @TestFactory
  Collection<DynamicTest> howeverTheBytesComeTheUsageIsTheOneThatSomebodyElseRead() {
    List<DynamicTest> tests = new ArrayList<>();
    for (Recording recording : ofADialect()) {
      if (read(recording) instanceof RequestReading.Accepted(CallRequest request)) {
        tests.add(DynamicTest.dynamicTest(recording.name(), () -> check(recording, request)));
      }
    }
    assertThat(tests).hasSizeGreaterThan(100);
    return tests;
  }

  private void check(Recording recording, CallRequest request) {
    byte[] bytes = recording.response();
    Answer whole = answer(recording, request, List.of(bytes.length));
    Answer byteByByte = answer(recording, request, java.util.Collections.nCopies(bytes.length, 1));
    assertThat(byteByByte).isEqualTo(whole);
    Random random = new Random(recording.name().hashCode());
    for (int round = 0; round < 6; round++) {
      List<Integer> sizes = random.ints(bytes.length, 1, 2 << random.nextInt(10)).boxed().toList();
      assertThat(answer(recording, request, sizes)).isEqualTo(whole);
    }

    switch (recording.expected()) {
      case Expected.Metered metered -> {
        assertThat(whole.source())
            .isEqualTo(metered.exact() ? UsageSource.REPORTED : UsageSource.ESTIMATED);
        assertThat(whole.errorCode()).isNull();
        assertUsage(recording, whole, metered);
        Bound bound = request.bound(metered.model(), prices, NOW);
        if (bound.unboundedField() == null) {
          assertThat(bound.hold()).isGreaterThanOrEqualTo(new Money(metered.costNanos()));
        }
      }
      case Expected.NoUsage none when recording.status() == 200 -> {
        assertThat(none).isNotNull();
        assertThat(whole.source()).isEqualTo(UsageSource.ESTIMATED);
        assertThat(whole.errorCode()).isEqualTo("usage_missing");
      }
      case Expected.NoUsage none -> {
        assertThat(none).isNotNull();
        assertThat(whole.source()).isEqualTo(UsageSource.NONE);
        assertThat(whole.errorCode()).isNotNull().doesNotStartWith("http_");
      }
      case Expected.NotMetered notMetered -> throw new AssertionError(notMetered);
    }
  }

  private void assertUsage(Recording recording, Answer answer, Expected.Metered expected) {
    Usage usage = answer.usage();
    assertThat(usage).isNotNull();
    if (usage == null) {
      return;
    }
    assertThat(usage.model()).isEqualTo(expected.model());
    assertThat(usage.tier()).isEqualTo(expected.tier().isEmpty() ? null : expected.tier());
    assertThat(sum(usage, used -> used.count(Kind.INPUT))).isEqualTo(expected.input());
    assertThat(sum(usage, used -> used.count(Kind.CACHE_READ))).isEqualTo(expected.cacheRead());
    // The independent reading has one column for Anthropic's and OpenAI's shorter writes.
    assertThat(
            sum(usage, used -> used.count(Kind.CACHE_WRITE_5M))
                + sum(usage, used -> used.count(Kind.CACHE_WRITE_30M)))
        .isEqualTo(expected.cacheWrite5m());
    assertThat(sum(usage, used -> used.count(Kind.CACHE_WRITE_1H)))
        .isEqualTo(expected.cacheWrite1h());
    assertThat(sum(usage, used -> used.count(Kind.OUTPUT))).isEqualTo(expected.output());
    assertThat(sum(usage, ModelUsage::reasoning)).isEqualTo(expected.reasoning());
    assertThat(sum(usage, used -> used.count(Kind.WEB_SEARCH))).isEqualTo(expected.webSearches());
    Provider provider = dialect(recording).orElseThrow().provider();
    assertThat(prices.price(provider, usage, NOW).cost())
        .isEqualTo(new Money(expected.costNanos()));
  }

  private static long sum(Usage usage, ToLongFunction<ModelUsage> quantity) {
    return usage.byModel().stream().mapToLong(quantity).sum();
  }

  /** Reads the answer in pieces of these sizes, and checks what the client gets of it. */
  private Answer answer(Recording recording, CallRequest request, List<Integer> sizes) {
    AnswerReader reader = reader(recording, request);
    ByteArrayOutputStream visible = new ByteArrayOutputStream();
    int from = 0;
    for (int size : sizes) {
      int to = Math.min(recording.response().length, from + size);
      if (from < to) {
        visible.writeBytes(reader.read(Arrays.copyOfRange(recording.response(), from, to)));
      }
      from = to;
    }
    visible.writeBytes(reader.rest());
    assertThat(visible.toByteArray()).isEqualTo(recording.response());
    return reader.end(true);
  }

  private AnswerReader reader(Recording recording, CallRequest request) {
    String model = Optional.ofNullable(request.model()).orElseThrow();
    List<String> types = recording.responseHeaders().get("content-type");
    return request.answer(
        model,
        recording.status(),
        types == null ? null : types.getFirst(),
        request.bound(model, prices, NOW));
  }

  @Test
  void aStreamCutBehindAnyEventCostsAtLeastWhatWasSeenOfIt() {
    for (Recording recording : ofADialect()) {
      if (recording.stream() && recording.expected() instanceof Expected.Metered metered) {
        if (read(recording) instanceof RequestReading.Accepted(CallRequest request)) {
          cutEverywhere(recording, request, metered);
        }
      }
    }
  }

  private void cutEverywhere(Recording recording, CallRequest request, Expected.Metered metered) {
    String text = new String(recording.response(), StandardCharsets.ISO_8859_1);
    long before = -1;
    Answer last = null;
    for (int end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n", end + 2)) {
      AnswerReader reader = reader(recording, request);
      byte[] unused = reader.read(Arrays.copyOf(recording.response(), end + 2));
      assertThat(unused).isNotEmpty();
      Answer answer = reader.end(false);
      Usage usage = answer.usage();
      assertThat(usage).as(recording.name()).isNotNull();
      if (usage == null || answer.source() == UsageSource.REPORTED) {
        break;
      }
      assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
      assertThat(answer.errorCode()).isEqualTo("stream_cut");
      long output = sum(usage, used -> used.count(Kind.OUTPUT));
      assertThat(output).as(recording.name()).isGreaterThanOrEqualTo(before);
      assertThat(usage.byModel().getFirst().prompt())
          .as(recording.name())
          .isGreaterThanOrEqualTo(
              metered.input()
                  + metered.cacheRead()
                  + metered.cacheWrite5m()
                  + metered.cacheWrite1h());
      before = output;
      last = answer;
    }
    assertThat(last).as(recording.name()).isNotNull();
    // Reasoning that OpenAI does not show cannot be seen; all else was, when only the end is cut.
    assertThat(before)
        .as(recording.name())
        .isGreaterThanOrEqualTo(metered.output() - metered.reasoning());
  }
}
