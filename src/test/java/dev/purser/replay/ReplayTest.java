package dev.purser.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.replay.Recording.Expected;
import dev.purser.replay.ReplayProvider.Delivery;
import dev.purser.running.Http;
import dev.purser.running.Person;
import dev.purser.running.RunningPurser;
import dev.purser.storage.TestDatabase;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/**
 * Every recorded exchange goes through Purser, from a provider that answers with the recorded
 * bytes: the client gets those bytes, and the ledger what an independent reading of them says. The
 * cases of one delivery run side by side in one Purser.
 */
@EnabledIf(
    value = "dev.purser.replay.Recording#present",
    disabledReason = "the recordings are not beside this checkout")
class ReplayTest {
  private static final int AT_ONCE = 16;

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void everyRecordedAnswerPassesUnchangedAndIsBookedExactly(TestDatabase.Kind kind) {
    replay(kind, Delivery.WHOLE);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void anAnswerThatIsCompressedAgainstTheRequestIsBookedAllTheSame(TestDatabase.Kind kind) {
    replay(kind, Delivery.GZIP);
    replay(kind, Delivery.BROTLI);
    replay(kind, Delivery.ZSTD);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aStreamMayBeSplitAnywhere(TestDatabase.Kind kind) {
    replay(kind, Delivery.RANDOM_PIECES);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void aStreamMayComeOneByteAtATime(TestDatabase.Kind kind) {
    replay(kind, Delivery.ONE_BYTE_AT_A_TIME);
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void whatCannotBeMeteredIsRefusedAndNeverForwarded(TestDatabase.Kind kind) {
    try (Stage stage = new Stage(kind)) {
      Map<String, String> outcomes = new TreeMap<>();
      for (Recording recording : stage.recordings) {
        if (recording.expected() instanceof Expected.NotMetered) {
          Http.Answer answer = stage.send(recording, Delivery.WHOLE);
          String code =
              answer.text().startsWith("{")
                  ? answer.json().at("/error/purser/code").asString("")
                  : "";
          outcomes.put(
              recording.name().replaceAll("^(.*/\\d+)-.*", "$1"),
              stage.provider.wasAskedFor(recording.name())
                  ? "forwarded"
                  : answer.status() + " " + code);
        }
      }
      assertThat(outcomes)
          .isEqualTo(
              new TreeMap<>(
                  Map.ofEntries(
                      // batches, moderations, legacy completions, compaction: no such path here
                      Map.entry("anthropic/080", "404 wrong_path"),
                      Map.entry("anthropic/203", "404 wrong_path"),
                      Map.entry("openai/048", "404 wrong_path"),
                      Map.entry("openai/050", "404 wrong_path"),
                      Map.entry("openai/059", "404 wrong_path"),
                      Map.entry("openai/136", "404 wrong_path"),
                      Map.entry("openai/137", "404 wrong_path"),
                      Map.entry("openai/206", "404 wrong_path"),
                      // the free counters
                      Map.entry("anthropic/081", "forwarded"),
                      Map.entry("anthropic/084", "forwarded"),
                      Map.entry("anthropic/086", "forwarded"),
                      Map.entry("anthropic/087", "forwarded"),
                      Map.entry("openai/138", "forwarded"),
                      // audio; background; tools that are billed outside the usage
                      Map.entry("openai/006", "400 request_not_meterable"),
                      Map.entry("openai/065", "400 request_not_meterable"),
                      Map.entry("openai/067", "400 request_not_meterable"),
                      Map.entry("openai/106", "400 request_not_meterable"),
                      Map.entry("openai/078", "400 request_not_meterable"),
                      Map.entry("openai/080", "400 request_not_meterable"),
                      Map.entry("openai/081", "400 request_not_meterable"))));
      assertThat(stage.person.summary().path("requestCount").asLong()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(TestDatabase.Kind.class)
  void streamsArriveEventByEvent(TestDatabase.Kind kind) throws IOException {
    try (Stage stage = new Stage(kind)) {
      for (Recording recording : stage.recordings) {
        if (recording.stream() && !(recording.expected() instanceof Expected.NotMetered)) {
          // The provider sends an event only when the client has the one before it: a stream held
          // back would stand still.
          List<byte[]> events = ReplayProvider.events(recording.response());
          HttpResponse<InputStream> response = stage.open(recording);
          try (InputStream body = response.body()) {
            for (int i = 0; i < events.size(); i++) {
              assertThat(body.readNBytes(events.get(i).length))
                  .as(recording.name())
                  .isEqualTo(events.get(i));
              if (i + 1 < events.size()) {
                stage.provider.next(recording.name());
              }
            }
            assertThat(body.read()).isEqualTo(-1);
          }
        }
      }
    }
  }

  private static void replay(TestDatabase.Kind kind, Delivery delivery) {
    try (Stage stage = new Stage(kind)) {
      Semaphore places = new Semaphore(AT_ONCE);
      List<CompletableFuture<String>> faults = new ArrayList<>();
      int metered = 0;
      for (Recording recording : stage.recordings) {
        if (!(recording.expected() instanceof Expected.NotMetered)) {
          metered++;
          places.acquireUninterruptibly();
          faults.add(
              CompletableFuture.supplyAsync(
                      () -> stage.fault(recording, delivery), Thread::startVirtualThread)
                  .whenComplete((fault, e) -> places.release()));
        }
      }
      List<String> found =
          faults.stream().map(CompletableFuture::join).filter(fault -> !fault.isEmpty()).toList();
      assertThat(found).as("%d of %d exchanges", found.size(), metered).isEmpty();
      assertThat(metered).isEqualTo(104);
      JsonNode summary = stage.person.summary();
      assertThat(summary.path("requestCount").asInt()).isEqualTo(metered);
      assertThat(summary.path("heldCents").decimalValue()).isEqualByComparingTo(BigDecimal.ZERO);
    }
  }

  /** A provider, a Purser in front of it, and someone with keys. */
  private static final class Stage implements AutoCloseable {
    final List<Recording> recordings = Recording.all();
    final Vertx vertx = Vertx.vertx();
    final ReplayProvider provider = new ReplayProvider(vertx, recordings);
    final RunningPurser purser;
    final Person person;
    final Http caller;

    Stage(TestDatabase.Kind kind) {
      purser =
          RunningPurser.start(
              kind,
              Map.of("PURSER_ANTHROPIC_URL", provider.url(), "PURSER_OPENAI_URL", provider.url()));
      person = purser.newPerson().withProviderKeys();
      caller = person.caller("replayed");
    }

    Http.Answer send(Recording recording, Delivery delivery) {
      return caller.send(
          recording.method(),
          path(recording),
          recording.request(),
          "x-recording",
          recording.name(),
          "x-delivery",
          delivery.name(),
          "anthropic-version",
          "2023-06-01");
    }

    HttpResponse<InputStream> open(Recording recording) {
      try {
        return Http.client()
            .send(
                caller.request(
                    "POST",
                    path(recording),
                    withUsage(recording),
                    "x-recording",
                    recording.name(),
                    "x-delivery",
                    Delivery.EVENT_ON_DEMAND.name()),
                HttpResponse.BodyHandlers.ofInputStream());
      } catch (IOException e) {
        throw new AssertionError(recording.name(), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new AssertionError(e);
      }
    }

    /** What went wrong with an exchange; empty if nothing did. */
    String fault(Recording recording, Delivery delivery) {
      try {
        Http.Answer answer = send(recording, delivery);
        assertThat(answer.status()).isEqualTo(recording.status());
        assertThat(answer.header("x-purser-origin")).isEqualTo("provider");
        assertThat(withoutHelp(answer, recording)).isEqualTo(recording.response());
        checkEdits(recording);
        checkBooks(recording, person.settledCall(answer.header("x-purser-call-id")));
        return "";
      } catch (AssertionError | RuntimeException e) {
        return recording.name() + ": " + e;
      }
    }

    /**
     * The request reached the provider byte for byte, apart from include_usage; the virtual key did
     * not.
     */
    private void checkEdits(Recording recording) {
      ReplayProvider.Received received = provider.received(recording.name());
      String asked = new String(recording.request(), StandardCharsets.UTF_8);
      String sent = new String(received.body(), StandardCharsets.UTF_8);
      if (recording.path().equals("/v1/chat/completions")
          && asked.replace(" ", "").contains("\"stream\":true")
          && !asked.contains("include_usage")) {
        assertThat(sent).contains("\"stream_options\":{\"include_usage\":true},");
        sent = sent.replace("\"stream_options\":{\"include_usage\":true},", "");
      }
      assertThat(sent.equals(asked)).as("the body as sent is the body as asked").isTrue();
      boolean anthropic = recording.name().startsWith("anthropic/");
      assertThat(received.headers())
          .containsEntry("accept-encoding", "identity")
          .containsEntry(
              anthropic ? "x-api-key" : "authorization",
              anthropic ? Person.ANTHROPIC_KEY : "Bearer " + Person.OPENAI_KEY)
          .doesNotContainKey(anthropic ? "authorization" : "x-api-key");
    }

    private static void checkBooks(Recording recording, JsonNode call) {
      switch (recording.expected()) {
        case Expected.NotMetered notMetered -> throw new AssertionError("not to be metered");
        case Expected.NoUsage noUsage ->
            assertThat(call.path("usageSource").asString())
                .isEqualTo(recording.status() == 200 ? "estimated" : "none");
        case Expected.Metered metered -> {
          assertThat(call.path("usageSource").asString())
              .isEqualTo(metered.exact() ? "reported" : "estimated");
          assertThat(call.path("state").asString()).isEqualTo("settled");
          assertThat(call.path("model").asString()).isEqualTo(metered.model());
          assertThat(call.path("inputTokens").asLong()).as("input").isEqualTo(metered.input());
          assertThat(call.path("cacheReadTokens").asLong())
              .as("cache read")
              .isEqualTo(metered.cacheRead());
          assertThat(quantity(call, Set.of("cache_write_5m", "cache_write_30m")))
              .as("short cache writes")
              .isEqualTo(metered.cacheWrite5m());
          assertThat(quantity(call, Set.of("cache_write_1h", "cache_write_12h")))
              .as("long cache writes")
              .isEqualTo(metered.cacheWrite1h());
          assertThat(call.path("outputTokens").asLong()).as("output").isEqualTo(metered.output());
          assertThat(call.path("reasoningTokens").asLong())
              .as("reasoning")
              .isEqualTo(metered.reasoning());
          assertThat(call.path("webSearches").asLong())
              .as("searches")
              .isEqualTo(metered.webSearches());
          assertThat(call.path("tier").asString("")).as("tier").isEqualTo(metered.tier());
          assertThat(call.path("costCents").decimalValue())
              .as("cost in cents")
              .isEqualByComparingTo(BigDecimal.valueOf(metered.costNanos(), 7));
          BigDecimal lines = BigDecimal.ZERO;
          for (JsonNode line : call.path("lines")) {
            lines = lines.add(line.path("costCents").decimalValue());
          }
          assertThat(lines)
              .as("sum of the lines")
              .isEqualByComparingTo(call.path("costCents").decimalValue());
        }
      }
    }

    private static long quantity(JsonNode call, Set<String> kinds) {
      long sum = 0;
      for (JsonNode line : call.path("lines")) {
        sum += kinds.contains(line.path("kind").asString()) ? line.path("quantity").asLong() : 0;
      }
      return sum;
    }

    /** To a refusal of the API key that came unencoded Purser adds what it means, and no more. */
    private static byte[] withoutHelp(Http.Answer answer, Recording recording) {
      byte[] body = decoded(answer);
      if (recording.status() != 401 || !answer.header("content-encoding").isEmpty()) {
        return body;
      }
      String text = new String(body, StandardCharsets.UTF_8);
      String without =
          text.replaceFirst(",\"purser\":\\{\"code\":\"[a-z_]+\",\"help\":\"[^\"]+\"}(?=})", "");
      assertThat(without).as("the help is there").isNotEqualTo(text);
      return without.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] decoded(Http.Answer answer) {
      return switch (answer.header("content-encoding")) {
        case "gzip" -> gunzip(answer.bytes());
        case "br" -> unbrotli(answer.bytes());
        case "zstd" -> unzstd(answer.bytes());
        default -> answer.bytes();
      };
    }

    private static byte[] gunzip(byte[] bytes) {
      try (InputStream in =
          new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(bytes))) {
        return in.readAllBytes();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static byte[] unbrotli(byte[] bytes) {
      try {
        return com.aayushatharva.brotli4j.decoder.Decoder.decompress(bytes).getDecompressedData();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static byte[] unzstd(byte[] bytes) {
      try (InputStream in =
          new com.github.luben.zstd.ZstdInputStream(new java.io.ByteArrayInputStream(bytes))) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        in.transferTo(out);
        return out.toByteArray();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    /**
     * The recorded request; of a chat stream that did not ask for usage, one that does, so that
     * nothing is withheld.
     */
    private static byte[] withUsage(Recording recording) {
      String text = new String(recording.request(), StandardCharsets.UTF_8);
      return recording.path().equals("/v1/chat/completions") && !text.contains("include_usage")
          ? text.replaceFirst("\\{", "{\"stream_options\":{\"include_usage\":true},")
              .getBytes(StandardCharsets.UTF_8)
          : recording.request();
    }

    private static String path(Recording recording) {
      return recording.path() + (recording.query().isEmpty() ? "" : "?" + recording.query());
    }

    @Override
    public void close() {
      purser.close();
      provider.close();
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }
}
