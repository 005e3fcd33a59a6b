package dev.purser.providers;

import static dev.purser.providers.Dialect.OPENAI_CHAT;
import static dev.purser.providers.Dialect.OPENAI_EMBEDDINGS;
import static dev.purser.providers.Dialect.OPENAI_RESPONSES;
import static dev.purser.providers.Exchange.event;
import static dev.purser.providers.Exchange.json;
import static dev.purser.providers.Exchange.only;
import static dev.purser.providers.Exchange.stream;
import static dev.purser.providers.Exchange.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.UsageSource;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The traps of OpenAI's usage, and of the chunk that only Purser asked for. */
class OpenAiAnswerTest {
  private static final String ASKED =
      "{\"model\":\"gpt-4o\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}";
  private static final String NOT_ASKED = "{\"model\":\"gpt-4o\",\"stream\":true,\"n\":2}";
  private static final String RESPONSES = "{\"model\":\"gpt-6-sol\",\"stream\":true}";

  private static final String HEAD =
      "{\"id\":\"c1\",\"model\":\"gpt-4o-2024-11-20\",\"service_tier\":\"default\",";
  private static final String HELLO =
      event(
          HEAD
              + "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüß 😀\"}}],"
              + "\"usage\":null,\"obfuscation\":\"x7\"}");
  private static final String SECOND =
      event(HEAD + "\"choices\":[{\"index\":1,\"delta\":{\"content\":\"[]\"}}],\"usage\":null}");
  private static final String FILTER = event(HEAD + "\"choices\":[],\"prompt_filter_results\":[]}");
  private static final String USAGE =
      event(
          HEAD
              + "\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":9,"
              + "\"total_tokens\":109,\"prompt_tokens_details\":{\"cached_tokens\":60,"
              + "\"cache_write_tokens\":30},\"completion_tokens_details\":{\"reasoning_tokens\":4,"
              + "\"rejected_prediction_tokens\":1}},\"obfuscation\":\"\"}");
  private static final String DONE = "data: [DONE]\n\n";
  private static final ModelUsage COUNTED =
      ModelUsage.none("gpt-4o-2024-11-20")
          .with(Kind.INPUT, 10)
          .with(Kind.CACHE_READ, 60)
          .with(Kind.CACHE_WRITE_30M, 30)
          .with(Kind.OUTPUT, 9)
          .withReasoning(4);

  @ParameterizedTest
  @ValueSource(strings = {"\n", "\r\n", "\r"})
  void theChunkThatOnlyPurserAskedForIsHiddenWhereverTheBytesAreSplit(String lineEnd) {
    String all = (HELLO + FILTER + SECOND + USAGE + DONE).replace("\n", lineEnd);
    String visible = (HELLO + FILTER + SECOND + DONE).replace("\n", lineEnd);
    Exchange exchange = stream(OPENAI_CHAT, NOT_ASKED, all);
    for (int size = 1; size <= exchange.bytes().length; size++) {
      assertThat(exchange.visible(size)).isEqualTo(visible);
    }
    assertThat(only(exchange.whole())).isEqualTo(COUNTED);
    assertThat(usage(exchange.whole()).tier()).isEqualTo("default");
  }

  @Test
  void aClientThatAskedGetsEveryByteAtOnce() {
    Exchange exchange = stream(OPENAI_CHAT, ASKED, HELLO, USAGE, DONE);
    assertThat(exchange.visible(7)).isEqualTo(HELLO + USAGE + DONE);
    AnswerReader reader = exchange.reader();
    byte[] half = HELLO.substring(0, 30).getBytes(StandardCharsets.UTF_8);
    assertThat(reader.read(half)).isSameAs(half);
    assertThat(only(exchange.whole())).isEqualTo(COUNTED);
  }

  @Test
  void wholeEventsThatAreNotHiddenAreNotCopied() {
    AnswerReader reader = stream(OPENAI_CHAT, NOT_ASKED).reader();
    byte[] events = (HELLO + SECOND).getBytes(StandardCharsets.UTF_8);
    assertThat(reader.read(events)).isSameAs(events);
  }

  @Test
  void aLastChunkWithChoicesAndUsageIsShown() {
    String both = USAGE.replace("\"choices\":[]", "\"choices\":[{\"index\":0,\"delta\":{}}]");
    Exchange exchange = stream(OPENAI_CHAT, NOT_ASKED, HELLO, both, DONE);
    assertThat(exchange.visible(11)).isEqualTo(HELLO + both + DONE);
    assertThat(only(exchange.whole())).isEqualTo(COUNTED);
  }

  @Test
  void anEventWithoutEndIsPassedOnAndNotKept() {
    String huge = HELLO.replace("Grüß", "x".repeat(300_000));
    Exchange exchange = stream(OPENAI_CHAT, NOT_ASKED, huge, USAGE, DONE);
    assertThat(exchange.visible(10_000)).isEqualTo(huge + DONE);
    AnswerReader reader = exchange.reader();
    int seen = reader.read(huge.substring(0, 200_000).getBytes(StandardCharsets.UTF_8)).length;
    assertThat(seen).isEqualTo(200_000);
  }

  @Test
  void whatIsWithheldWhenAStreamIsCutStillReachesTheClient() {
    String part = HELLO + SECOND.substring(0, 40);
    Exchange exchange = stream(OPENAI_CHAT, NOT_ASKED, part);
    assertThat(exchange.visible(9)).isEqualTo(part);
  }

  @Test
  void aStreamWithoutUsageIsEstimatedFromWhatItSaid() {
    Exchange exchange = stream(OPENAI_CHAT, NOT_ASKED, HELLO, SECOND, DONE);
    Answer answer = exchange.whole();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("usage_missing");
    assertThat(only(answer).model()).isEqualTo("gpt-4o-2024-11-20");
    assertThat(only(answer).count(Kind.INPUT)).isEqualTo(exchange.bound().inputTokens());
    assertThat(only(answer).count(Kind.OUTPUT)).isBetween(12L, 60L);
    assertThat(usage(answer).tier()).isEqualTo("default");
  }

  @Test
  void aReportSurvivesThatTheClientLeftBehindTheEnd() {
    assertThat(stream(OPENAI_CHAT, ASKED, HELLO, USAGE, DONE).cut().source())
        .isEqualTo(UsageSource.REPORTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "data: [DONE]\n\n",
        "data: [DONE]\r\n\r\n",
        "data:[DONE]\n\n",
        "data: [DONE]\n",
        "data: [DONE]",
        ": a comment\n\ndata: [DONE]\n\n: another\n\n",
        "event: done\ndata: [DONE]\n\n",
      })
  void aStreamHasEndedWhenItsMarkHasCome(String end) {
    Exchange exchange = stream(OPENAI_CHAT, ASKED, HELLO, USAGE, end);
    assertThat(exchange.whole().source()).isEqualTo(UsageSource.REPORTED);
    assertThat(exchange.cut().source()).isEqualTo(UsageSource.REPORTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "data: [DONE",
        "data: [\"DONE\"]\n\n",
        "data: x[DONE]\n\n",
        "[DONE]\n\n",
        "event: [DONE]\n\n",
        ": [DONE]\n\n",
        "data: {\"type\":\"message_stop\"}\n\n",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
      })
  void nothingElseEndsAStream(String end) {
    Exchange exchange = stream(OPENAI_CHAT, ASKED, HELLO, USAGE, end);
    assertThat(exchange.whole().source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(exchange.whole().errorCode()).isEqualTo("stream_cut");
    assertThat(only(exchange.whole()).prompt()).isEqualTo(100);
    assertThat(exchange.cut().source()).isEqualTo(UsageSource.ESTIMATED);
  }

  @Test
  void moreReadFromTheCacheThanThereWasIsUnreadable() {
    String wrong = USAGE.replace("\"cached_tokens\":60", "\"cached_tokens\":600");
    Answer answer = stream(OPENAI_CHAT, ASKED, HELLO, wrong, DONE).whole();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("answer_unreadable");
  }

  @Test
  void audioThatWasReportedIsNotPricedAsText() {
    String audio = USAGE.replace("\"cached_tokens\":60", "\"cached_tokens\":0,\"audio_tokens\":5");
    assertThat(stream(OPENAI_CHAT, ASKED, HELLO, audio, DONE).whole().source())
        .isEqualTo(UsageSource.ESTIMATED);
  }

  @Test
  void anEmbeddingHasInputOnly() {
    Answer answer =
        json(
                OPENAI_EMBEDDINGS,
                "{\"model\":\"text-embedding-ada-002\",\"input\":\"x\"}",
                "{\"object\":\"list\",\"data\":[{\"embedding\":\"AAAA\"}],"
                    + "\"model\":\"text-embedding-ada-002-v2\","
                    + "\"usage\":{\"prompt_tokens\":7,\"total_tokens\":7}}")
            .whole();
    assertThat(only(answer))
        .isEqualTo(ModelUsage.none("text-embedding-ada-002-v2").with(Kind.INPUT, 7));
  }

  private static String response(String type, String members) {
    return "event: "
        + type
        + "\n"
        + event(
            "{\"type\":\""
                + type
                + "\",\"response\":{\"id\":\"r\",\"error\":null,\"model\":\"gpt-6-sol\",\"output\":[],"
                + members
                + "}}");
  }

  private static final String CREATED =
      response("response.created", "\"service_tier\":\"auto\",\"usage\":null");

  @ParameterizedTest
  @ValueSource(strings = {"response.completed", "response.incomplete", "response.failed"})
  void aResponseIsCountedHoweverItEnds(String type) {
    String members =
        "\"service_tier\":\"flex\",\"tool_usage\":{\"web_search\":{\"num_requests\":3}},"
            + "\"usage\":{\"input_tokens\":100,\"input_tokens_details\":{\"cached_tokens\":20,"
            + "\"cache_write_tokens\":50,\"cache_write_tokens_details\":{\"ttl_30m_tokens\":40,"
            + "\"ttl_12h_tokens\":10}},\"output_tokens\":8,"
            + "\"output_tokens_details\":{\"reasoning_tokens\":6},\"total_tokens\":108}";
    Answer answer = stream(OPENAI_RESPONSES, RESPONSES, CREATED, response(type, members)).whole();
    assertThat(only(answer))
        .isEqualTo(
            ModelUsage.none("gpt-6-sol")
                .with(Kind.INPUT, 30)
                .with(Kind.CACHE_READ, 20)
                .with(Kind.CACHE_WRITE_30M, 40)
                .with(Kind.CACHE_WRITE_12H, 10)
                .with(Kind.OUTPUT, 8)
                .withReasoning(6)
                .with(Kind.WEB_SEARCH, 3));
    assertThat(usage(answer).tier()).isEqualTo("flex");
    assertThat(answer.source()).isEqualTo(UsageSource.REPORTED);
  }

  @Test
  void searchesThatAreNotCountedAreFoundAmongTheOutput() {
    Answer answer =
        json(
                OPENAI_RESPONSES,
                RESPONSES,
                "{\"model\":\"gpt-6-sol\",\"output\":["
                    + "{\"type\":\"web_search_call\",\"action\":{\"type\":\"search\",\"query\":\"q\"}},"
                    + "{\"type\":\"web_search_call\",\"action\":{\"type\":\"open_page\"}},"
                    + "{\"action\":{\"query\":\"type\",\"type\":\"search\"}},"
                    + "{\"type\":\"message\",\"content\":[{\"text\":\"action\"}]}],"
                    + "\"usage\":{\"input_tokens\":1,\"output_tokens\":2}}")
            .whole();
    assertThat(only(answer).count(Kind.WEB_SEARCH)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"type\":\"error\",\"sequence_number\":2,\"error\":{\"type\":\"insufficient_quota\","
            + "\"code\":\"insufficient_quota\",\"message\":\"m\",\"param\":null}}",
        "{\"type\":\"error\",\"sequence_number\":2,\"code\":\"insufficient_quota\","
            + "\"message\":\"m\",\"param\":null}",
      })
  void aQuotaErrorInsideAStreamCostsNothing(String error) {
    Answer answer =
        stream(
                OPENAI_RESPONSES,
                RESPONSES,
                CREATED,
                "event: error\n" + event(error),
                response("response.failed", "\"usage\":null"))
            .whole();
    assertThat(answer).isEqualTo(new Answer(UsageSource.NONE, null, "insufficient_quota"));
  }

  @Test
  void aFailureAfterSomeOutputIsEstimated() {
    Answer answer =
        stream(
                OPENAI_RESPONSES,
                RESPONSES,
                CREATED,
                event("{\"type\":\"response.output_text.delta\",\"delta\":\"0123456789\"}"),
                event(
                    "{\"type\":\"response.failed\",\"response\":{\"error\":"
                        + "{\"code\":\"server_error\",\"message\":\"m\"},\"usage\":null}}"))
            .whole();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("server_error");
    assertThat(only(answer).count(Kind.OUTPUT)).isGreaterThanOrEqualTo(10);
  }

  @Test
  void anErrorOfTheProviderIsNamedByItsCode() {
    String body = "{\"error\":{\"message\":\"m\",\"type\":\"t\",\"param\":null,\"code\":\"c\"}}";
    assertThat(new Exchange(OPENAI_CHAT, ASKED, 429, "application/json", body).whole())
        .isEqualTo(new Answer(UsageSource.NONE, null, "c"));
    assertThat(
            new Exchange(OPENAI_CHAT, ASKED, 500, "application/json", body.replace("\"c\"", "null"))
                .whole()
                .errorCode())
        .isEqualTo("t");
  }
}
