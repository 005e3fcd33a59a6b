package dev.purser.sandbox;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.Usage;
import dev.purser.providers.Dialect;
import dev.purser.sandbox.SampleCall.Answered;
import dev.purser.sandbox.SampleCall.Failed;
import dev.purser.sandbox.SampleCall.Interrupted;
import dev.purser.sandbox.SampleCall.LeftEarly;
import dev.purser.sandbox.SampleCall.Outcome;
import dev.purser.sandbox.SampleCall.OverBudget;
import dev.purser.sandbox.SampleCall.WrongModel;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What five programs might have called in a month: a coding assistant that lives off its cache, a
 * support bot, a job that summarises every night, one that feeds a search index, and research that
 * thinks long and searches the web. Drawn from a seed, day by day, so that the same days always
 * have the same calls.
 */
public final class SampleMonth {
  public static final String CODE_ASSISTANT = "code-assistant";
  public static final String SUPPORT_BOT = "support-bot";
  public static final String NIGHTLY_SUMMARIES = "nightly-summaries";
  public static final String SEARCH_INDEX = "search-index";
  public static final String RESEARCH = "research";

  /** The agents, as the sample month names them. */
  public static final List<String> AGENTS =
      List.of(CODE_ASSISTANT, SUPPORT_BOT, NIGHTLY_SUMMARIES, SEARCH_INDEX, RESEARCH);

  /** In so few days nothing can be seen: the month before is then sampled too. */
  private static final int FEW_DAYS = 7;

  /** Every day one call is cut off and one is refused: they are seen among the newest. */
  private static final int CUT_CALL = 6;

  private static final int REFUSED_CALL = 7;

  /** How many calls come in each hour of a working day, relative to the others. */
  private static final int[] OFFICE_HOURS = {
    0, 0, 0, 0, 0, 0, 1, 3, 8, 14, 16, 13, 7, 11, 15, 14, 10, 6, 3, 2, 2, 1, 0, 0
  };

  /** People write to a support bot from everywhere, and at home in the evening. */
  private static final int[] CUSTOMER_HOURS = {
    2, 1, 1, 1, 1, 2, 3, 5, 8, 9, 9, 8, 9, 9, 8, 8, 8, 9, 11, 12, 11, 9, 6, 4
  };

  private static final int[] NIGHT = {0, 1, 4};
  private static final int[] BEFORE_DAWN = {0, 0, 0, 0, 3, 2};

  private final SplittableRandom random;
  private final LocalDate day;
  private final List<SampleCall> calls = new ArrayList<>();

  private SampleMonth(long seed, LocalDate day) {
    this.random = new SplittableRandom(Fingerprint.with(seed, day.toEpochDay()));
    this.day = day;
  }

  /** The calls from the beginning of this UTC month (early in it, of the one before) until now. */
  public static List<SampleCall> until(Instant now, long seed) {
    LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
    LocalDate first = today.withDayOfMonth(1);
    if (today.getDayOfMonth() <= FEW_DAYS) {
      first = first.minusMonths(1);
    }
    List<SampleCall> calls = new ArrayList<>();
    for (LocalDate day = first; !day.isAfter(today); day = day.plusDays(1)) {
      calls.addAll(new SampleMonth(seed, day).calls());
    }
    calls.removeIf(call -> !call.createdAt().plus(Duration.ofMinutes(10)).isBefore(now));
    calls.sort(Comparator.comparing(SampleCall::createdAt));
    return calls;
  }

  private List<SampleCall> calls() {
    boolean weekend =
        day.getDayOfWeek() == DayOfWeek.SATURDAY || day.getDayOfWeek() == DayOfWeek.SUNDAY;
    coding(weekend ? between(0, 6) : between(28, 42));
    support(weekend ? between(8, 14) : between(14, 24));
    summaries(between(4, 7));
    indexing(weekend ? 2 : between(4, 9));
    research(weekend ? between(0, 2) : between(4, 8));
    return calls;
  }

  /** Sessions: the first call writes the conversation to the cache, the next ones read it. */
  private void coding(int count) {
    long conversation = 0;
    int made = 0;
    for (Instant at : times(OFFICE_HOURS, count)) {
      made++;
      boolean fresh = conversation == 0 || random.nextInt(9) == 0;
      long written = fresh ? between(22_000, 58_000) : between(900, 6_400);
      long read = fresh ? between(9_000, 24_000) : conversation;
      conversation = read + written;
      int dice = random.nextInt(100);
      String model =
          dice < 12 ? "claude-haiku-5-5" : dice < 76 ? "claude-sonnet-5-5" : "claude-opus-5-5";
      long thinking = random.nextInt(3) == 0 ? between(80, 900) : 0;
      ModelUsage used =
          ModelUsage.none(model)
              .with(Kind.INPUT, between(3, 420))
              .with(Kind.CACHE_READ, read)
              .with(Kind.CACHE_WRITE_5M, fresh ? 0 : written)
              .with(Kind.CACHE_WRITE_1H, fresh ? written : 0)
              .with(Kind.OUTPUT, between(90, 1_300) + thinking)
              .withReasoning(thinking);
      Outcome outcome = anthropic(used);
      if (random.nextInt(90) == 0) {
        outcome = new Failed(529, "overloaded_error", between(180, 900));
      } else if ((made == CUT_CALL || random.nextInt(110) == 0)
          && outcome instanceof Answered answered) {
        outcome = new LeftEarly(answered.usage(), answered.firstByteMillis(), between(900, 4_000));
      }
      add(CODE_ASSISTANT, at, Dialect.ANTHROPIC_MESSAGES, model, outcome);
    }
    if (day.getDayOfMonth() % 13 == 5) {
      ModelUsage most =
          ModelUsage.none("claude-sonnet-5-5").with(Kind.INPUT, 21_000).with(Kind.OUTPUT, 8_192);
      add(
          CODE_ASSISTANT,
          time(OFFICE_HOURS),
          Dialect.ANTHROPIC_MESSAGES,
          "claude-sonnet-5-5",
          new Interrupted(new Usage(List.of(most), "standard", false, "global")));
    }
  }

  private void support(int count) {
    int made = 0;
    for (Instant at : times(CUSTOMER_HOURS, count)) {
      made++;
      String model = random.nextInt(4) == 0 ? "gpt-5.4-mini" : "gpt-6.1-terra";
      long cached = random.nextInt(5) == 0 ? 0 : 2_432;
      boolean writes = cached == 0 && model.equals("gpt-6.1-terra");
      ModelUsage used =
          ModelUsage.none(answeredAs(model))
              .with(Kind.INPUT, between(180, 2_100))
              .with(Kind.CACHE_READ, cached)
              .with(Kind.CACHE_WRITE_30M, writes ? 2_432 : 0)
              .with(Kind.OUTPUT, between(60, 420));
      Outcome outcome = openai(used, "default");
      if (random.nextInt(70) == 0) {
        outcome = new Failed(429, "rate_limit_exceeded", between(60, 200));
      } else if (made == REFUSED_CALL) {
        outcome = new WrongModel();
        model = "claude-haiku-5-5";
      }
      add(SUPPORT_BOT, at, Dialect.OPENAI_CHAT, model, outcome);
    }
  }

  private void summaries(int count) {
    for (Instant at : times(NIGHT, count)) {
      if (random.nextBoolean()) {
        ModelUsage used =
            ModelUsage.none("gpt-6-luna")
                .with(Kind.INPUT, between(30_000, 160_000))
                .with(Kind.OUTPUT, between(700, 2_400));
        add(NIGHTLY_SUMMARIES, at, Dialect.OPENAI_RESPONSES, "gpt-6-luna", openai(used, "flex"));
      } else {
        ModelUsage used =
            ModelUsage.none("claude-haiku-5-5")
                .with(Kind.INPUT, between(25_000, 140_000))
                .with(Kind.OUTPUT, between(600, 2_200));
        add(NIGHTLY_SUMMARIES, at, Dialect.ANTHROPIC_MESSAGES, "claude-haiku-5-5", anthropic(used));
      }
    }
  }

  private void indexing(int count) {
    for (Instant at : times(BEFORE_DAWN, count)) {
      String model = random.nextInt(3) == 0 ? "text-embedding-3-large" : "text-embedding-3-small";
      ModelUsage used = ModelUsage.none(model).with(Kind.INPUT, between(9_000, 190_000));
      Usage usage = new Usage(List.of(used), null, false, null);
      long millis = between(120, 900);
      add(SEARCH_INDEX, at, Dialect.OPENAI_EMBEDDINGS, model, new Answered(usage, millis, millis));
    }
  }

  private void research(int count) {
    for (Instant at : times(OFFICE_HOURS, count)) {
      long searches = random.nextInt(3) == 0 ? between(1, 4) : 0;
      long input = between(14_000, 58_000) + searches * 7_500;
      long reasoning = between(800, 5_200);
      long output = reasoning + between(900, 4_400);
      int dice = random.nextInt(100);
      if (dice < 5) {
        ModelUsage used =
            ModelUsage.none("claude-mythos-5-2")
                .with(Kind.INPUT, input / 2)
                .with(Kind.OUTPUT, output / 2)
                .withReasoning(reasoning / 2);
        add(RESEARCH, at, Dialect.ANTHROPIC_MESSAGES, "claude-mythos-5-2", anthropic(used));
      } else if (dice < 55) {
        ModelUsage used =
            ModelUsage.none("claude-fable-5-2")
                .with(Kind.INPUT, input)
                .with(Kind.OUTPUT, output)
                .withReasoning(reasoning)
                .with(Kind.WEB_SEARCH, searches);
        add(RESEARCH, at, Dialect.ANTHROPIC_MESSAGES, "claude-fable-5-2", anthropic(used));
      } else {
        ModelUsage used =
            ModelUsage.none("gpt-6.2-sol")
                .with(Kind.INPUT, input)
                .with(Kind.OUTPUT, output)
                .withReasoning(reasoning)
                .with(Kind.WEB_SEARCH, searches);
        add(RESEARCH, at, Dialect.OPENAI_RESPONSES, "gpt-6.2-sol", openai(used, "default"));
      }
    }
    if (day.getDayOfMonth() == 17 || day.getDayOfMonth() == 3) {
      for (int i = 0; i < 3; i++) {
        Instant late = day.atTime(21, 10 + 3 * i, between(0, 59)).toInstant(ZoneOffset.UTC);
        add(RESEARCH, late, Dialect.ANTHROPIC_MESSAGES, "claude-fable-5-2", new OverBudget());
      }
    }
  }

  private Outcome anthropic(ModelUsage used) {
    return answered(new Usage(List.of(used), "standard", false, "global"));
  }

  private Outcome openai(ModelUsage used, String tier) {
    return answered(new Usage(List.of(used), tier, false, null));
  }

  private Outcome answered(Usage usage) {
    long firstMillis = between(280, 900) + usage.byModel().getFirst().prompt() / 200;
    long tokensPerSecond = between(55, 110);
    long output = usage.byModel().getFirst().count(Kind.OUTPUT);
    return new Answered(usage, firstMillis, firstMillis + output * 1000 / tokensPerSecond);
  }

  private static String answeredAs(String model) {
    return OpenAiModel.named(model).map(OpenAiModel::answeredAs).orElse(model);
  }

  private void add(String agent, Instant at, Dialect dialect, String model, Outcome outcome) {
    calls.add(new SampleCall(agent, at, dialect, model, outcome));
  }

  /** So many moments of the day, in order. */
  private List<Instant> times(int[] hours, int count) {
    List<Instant> times = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      times.add(time(hours));
    }
    times.sort(Comparator.naturalOrder());
    return times;
  }

  private Instant time(int[] hours) {
    int sum = 0;
    for (int weight : hours) {
      sum += weight;
    }
    int left = random.nextInt(sum);
    int hour = 0;
    while (left >= hours[hour]) {
      left -= hours[hour];
      hour++;
    }
    return day.atTime(hour, random.nextInt(60), random.nextInt(60))
        .plusNanos(random.nextInt(1000) * 1_000_000L)
        .toInstant(ZoneOffset.UTC);
  }

  private int between(int least, int most) {
    return random.nextInt(least, most + 1);
  }
}
