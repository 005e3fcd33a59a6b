package dev.purser.providers;

import static dev.purser.providers.Dialect.ANTHROPIC_MESSAGES;
import static dev.purser.providers.Exchange.event;
import static dev.purser.providers.Exchange.json;
import static dev.purser.providers.Exchange.only;
import static dev.purser.providers.Exchange.stream;
import static dev.purser.providers.Exchange.usage;
import static org.assertj.core.api.Assertions.assertThat;

import dev.purser.pricing.Kind;
import dev.purser.pricing.ModelUsage;
import dev.purser.pricing.UsageSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The traps of Anthropic's usage. */
class AnthropicAnswerTest {
  private static final String REQUEST =
      "{\"model\":\"claude-opus-5-5\",\"max_tokens\":1000,\"stream\":true}";
  private static final String WITH_TOOLS =
      REQUEST.replace(
          "\"stream\"", "\"tools\":[{\"type\":\"web_search_20260318\",\"max_uses\":2}],\"stream\"");
  private static final String START =
      event(
          "{\"type\":\"message_start\",\"message\":{\"model\":\"claude-opus-5-5\",\"usage\":{"
              + "\"input_tokens\":20,\"cache_creation_input_tokens\":70,"
              + "\"cache_read_input_tokens\":5,\"cache_creation\":{\"ephemeral_5m_input_tokens\":30,"
              + "\"ephemeral_1h_input_tokens\":40},\"output_tokens\":3,"
              + "\"service_tier\":\"standard\",\"inference_geo\":\"us\",\"speed\":\"fast\"}}}");
  private static final String TEXT =
      event(
          "{\"type\":\"content_block_delta\",\"index\":0,"
              + "\"delta\":{\"type\":\"text_delta\",\"text\":\"0123456789\"}}");
  private static final String STOP = event("{\"type\":\"message_stop\"}");

  private static Answer body(String usage) {
    return json(
            ANTHROPIC_MESSAGES,
            REQUEST,
            "{\"model\":\"claude-opus-5-5\",\"content\":[{\"usage\":{\"input_tokens\":9}}],\"usage\":"
                + usage
                + "}")
        .whole();
  }

  private static String delta(String usage) {
    return event("{\"type\":\"message_delta\",\"delta\":{},\"usage\":" + usage + "}");
  }

  @Test
  void theEndOfAStreamIsLaidOverItsStartMemberByMember() {
    Answer answer =
        stream(
                ANTHROPIC_MESSAGES,
                REQUEST,
                START,
                TEXT,
                delta("{\"output_tokens\":44,\"input_tokens\":null,\"cache_creation\":null}"),
                STOP)
            .whole();
    assertThat(answer.source()).isEqualTo(UsageSource.REPORTED);
    assertThat(only(answer))
        .isEqualTo(
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 20)
                .with(Kind.CACHE_READ, 5)
                .with(Kind.CACHE_WRITE_5M, 30)
                .with(Kind.CACHE_WRITE_1H, 40)
                .with(Kind.OUTPUT, 44));
    assertThat(usage(answer).tier()).isEqualTo("standard");
    assertThat(usage(answer).fast()).isTrue();
    assertThat(usage(answer).geography()).isEqualTo("us");
  }

  @Test
  void whatGrewWhileItRanIsTakenFromTheEnd() {
    Answer answer =
        stream(
                ANTHROPIC_MESSAGES,
                WITH_TOOLS,
                START,
                delta(
                    "{\"input_tokens\":900,\"cache_creation_input_tokens\":100,"
                        + "\"cache_read_input_tokens\":50,\"output_tokens\":44,"
                        + "\"output_tokens_details\":{\"thinking_tokens\":11},"
                        + "\"server_tool_use\":{\"web_search_requests\":2,\"web_fetch_requests\":9}}"),
                STOP)
            .whole();
    assertThat(only(answer))
        .isEqualTo(
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 900)
                .with(Kind.CACHE_READ, 50)
                .with(Kind.CACHE_WRITE_5M, 30)
                .with(Kind.CACHE_WRITE_1H, 70)
                .with(Kind.OUTPUT, 44)
                .withReasoning(11)
                .with(Kind.WEB_SEARCH, 2));
  }

  @Test
  void aStartThatComesTwiceCountsOnce() {
    Answer answer =
        stream(
                ANTHROPIC_MESSAGES,
                REQUEST,
                START,
                START,
                START.replace("\"input_tokens\":20", "\"input_tokens\":21"),
                delta("{\"output_tokens\":44}"),
                STOP)
            .whole();
    assertThat(only(answer).count(Kind.INPUT)).isEqualTo(21);
    assertThat(only(answer).sum(Kind.Group.CACHE_WRITE)).isEqualTo(70);
  }

  @Test
  void theLastOfSeveralEndsCounts() {
    Answer answer =
        stream(
                ANTHROPIC_MESSAGES,
                REQUEST,
                START,
                delta("{\"output_tokens\":4}"),
                delta("{\"output_tokens\":44}"),
                STOP)
            .whole();
    assertThat(only(answer).count(Kind.OUTPUT)).isEqualTo(44);
  }

  @Test
  void aWriteThatIsNotSplitIsOneOfFiveMinutes() {
    assertThat(
            only(
                body("{\"input_tokens\":1,\"output_tokens\":2,\"cache_creation_input_tokens\":7}")))
        .isEqualTo(
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 1)
                .with(Kind.CACHE_WRITE_5M, 7)
                .with(Kind.OUTPUT, 2));
    assertThat(
            only(
                body(
                    "{\"input_tokens\":1,\"output_tokens\":2,\"cache_creation_input_tokens\":7,"
                        + "\"cache_creation\":null,\"server_tool_use\":null,\"service_tier\":null}")))
        .isEqualTo(
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 1)
                .with(Kind.CACHE_WRITE_5M, 7)
                .with(Kind.OUTPUT, 2));
  }

  @Test
  void aWriteThatIsNotSplitLastsAnHourWhereTheRequestAsksForThat() {
    String forAnHour =
        REQUEST.replace(
            "\"stream\"",
            "\"system\":[{\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}],\"stream\"");
    Answer answer =
        json(
                ANTHROPIC_MESSAGES,
                forAnHour,
                "{\"model\":\"claude-opus-5-5\",\"usage\":{\"input_tokens\":1,\"output_tokens\":2,"
                    + "\"cache_creation_input_tokens\":7,\"iterations\":[{\"type\":\"compaction\","
                    + "\"input_tokens\":3,\"output_tokens\":4,\"cache_creation_input_tokens\":5}]}}")
            .whole();
    assertThat(answer.source()).isEqualTo(UsageSource.REPORTED);
    assertThat(usage(answer).byModel())
        .containsExactly(
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 1)
                .with(Kind.CACHE_WRITE_1H, 7)
                .with(Kind.OUTPUT, 2),
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 3)
                .with(Kind.CACHE_WRITE_1H, 5)
                .with(Kind.OUTPUT, 4));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "data: {\"type\":\"message_sto",
        "data: {\"type\":\"message_stop\"",
        "event: message_stop\n\n",
        "data: [DONE]\n\n",
        "data: {\"kind\":\"message_stop\"}\n\n",
      })
  void onlyItsOwnEndEndsAStream(String end) {
    Exchange exchange =
        stream(ANTHROPIC_MESSAGES, REQUEST, START, TEXT, delta("{\"output_tokens\":44}"), end);
    assertThat(exchange.whole().source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(exchange.whole().errorCode()).isEqualTo("stream_cut");
    assertThat(only(exchange.whole()).count(Kind.OUTPUT)).isEqualTo(44);
    Exchange ended =
        stream(
            ANTHROPIC_MESSAGES,
            REQUEST,
            START,
            TEXT,
            delta("{\"output_tokens\":44}"),
            STOP.strip());
    assertThat(ended.whole().source()).isEqualTo(UsageSource.REPORTED);
  }

  @Test
  void aRefusedChainOfAttemptsIsBilledForWhatWroteSomething() {
    String iterations =
        "\"iterations\":["
            + "{\"type\":\"message\",\"model\":\"claude-fable-5\",\"input_tokens\":400,"
            + "\"output_tokens\":0},"
            + "{\"type\":\"fallback_message\",\"model\":\"claude-opus-5\",\"input_tokens\":410,"
            + "\"output_tokens\":0},"
            + "{\"type\":\"fallback_message\",\"model\":\"claude-opus-4-8\",\"input_tokens\":420,"
            + "\"output_tokens\":3},"
            + "{\"type\":\"fallback_message\",\"model\":\"claude-opus-5-5\",\"input_tokens\":430,"
            + "\"output_tokens\":50}]";
    Answer answer = body("{\"input_tokens\":430,\"output_tokens\":50," + iterations + "}");
    assertThat(usage(answer).byModel())
        .containsExactly(
            ModelUsage.none("claude-opus-5-5").with(Kind.INPUT, 430).with(Kind.OUTPUT, 50),
            ModelUsage.none("claude-fable-5").with(Kind.INPUT, 400).notBilled(),
            ModelUsage.none("claude-opus-5").with(Kind.INPUT, 410).notBilled(),
            ModelUsage.none("claude-opus-4-8").with(Kind.INPUT, 420).with(Kind.OUTPUT, 3));
  }

  @Test
  void anAttemptIsKnownToBeFreeOnlyWhenTheStreamHasEnded() {
    String closing =
        delta(
            "{\"input_tokens\":430,\"output_tokens\":50,\"iterations\":["
                + "{\"type\":\"message\",\"model\":\"claude-fable-5\",\"input_tokens\":400,"
                + "\"output_tokens\":0},"
                + "{\"type\":\"fallback_message\",\"model\":\"claude-opus-5-5\","
                + "\"input_tokens\":430,\"output_tokens\":50}]}");
    Answer whole = stream(ANTHROPIC_MESSAGES, REQUEST, START, TEXT, closing, STOP).whole();
    assertThat(usage(whole).byModel()).filteredOn(part -> !part.billed()).hasSize(1);

    Answer cut = stream(ANTHROPIC_MESSAGES, REQUEST, START, TEXT, closing).whole();
    assertThat(cut.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(usage(cut).byModel()).hasSize(2).allMatch(ModelUsage::billed);
  }

  @Test
  void passesOfOtherModelsAndCompactionsAreBilledBesideTheAnswer() {
    Answer answer =
        body(
            "{\"input_tokens\":30,\"output_tokens\":12,\"iterations\":["
                + "{\"type\":\"compaction\",\"input_tokens\":9000,\"output_tokens\":80,"
                + "\"cache_creation_input_tokens\":500,\"cache_creation\":"
                + "{\"ephemeral_5m_input_tokens\":100,\"ephemeral_1h_input_tokens\":400}},"
                + "{\"type\":\"message\",\"input_tokens\":10,\"output_tokens\":5},"
                + "{\"type\":\"advisor_message\",\"model\":\"claude-opus-4-8\",\"input_tokens\":77,"
                + "\"output_tokens\":8},"
                + "{\"type\":\"message\",\"input_tokens\":20,\"output_tokens\":7}]}");
    assertThat(usage(answer).byModel())
        .containsExactly(
            ModelUsage.none("claude-opus-5-5").with(Kind.INPUT, 30).with(Kind.OUTPUT, 12),
            ModelUsage.none("claude-opus-5-5")
                .with(Kind.INPUT, 9000)
                .with(Kind.CACHE_WRITE_5M, 100)
                .with(Kind.CACHE_WRITE_1H, 400)
                .with(Kind.OUTPUT, 80),
            ModelUsage.none("claude-opus-4-8").with(Kind.INPUT, 77).with(Kind.OUTPUT, 8));
  }

  @Test
  void aFallbackIsBilledBesideTheModelThatGaveUp() {
    String iterations =
        "\"iterations\":[{\"type\":\"message\",\"model\":\"claude-fable-5\",\"input_tokens\":408,"
            + "\"output_tokens\":7},{\"type\":\"fallback_message\",\"model\":\"claude-opus-5-5\","
            + "\"input_tokens\":412,\"output_tokens\":264}]";
    Answer answer = body("{\"input_tokens\":412,\"output_tokens\":264," + iterations + "}");
    assertThat(usage(answer).byModel())
        .containsExactly(
            ModelUsage.none("claude-opus-5-5").with(Kind.INPUT, 412).with(Kind.OUTPUT, 264),
            ModelUsage.none("claude-fable-5").with(Kind.INPUT, 408).with(Kind.OUTPUT, 7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"input_tokens\":-1,\"output_tokens\":2}",
        "{\"input_tokens\":1.5,\"output_tokens\":2}",
        "{\"input_tokens\":\"1\",\"output_tokens\":2}",
        "{\"input_tokens\":1e3,\"output_tokens\":2}",
        "{\"input_tokens\":99999999999999999999,\"output_tokens\":2}",
        "{\"input_tokens\":2000000000,\"output_tokens\":2}",
        "{\"input_tokens\":1,\"output_tokens\":2,\"iterations\":[{\"type\":\"compaction\",\"input_tokens\":-5}]}",
        "{\"output_tokens\":2}",
        "{}",
        "7",
        "{\"input_tokens\":1,,}",
      })
  void aUsageThatCannotBeRightIsEstimatedAndNeverZero(String usage) {
    Answer answer = body(usage);
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("answer_unreadable");
    assertThat(only(answer).count(Kind.INPUT)).isPositive();
    assertThat(only(answer).count(Kind.OUTPUT)).isPositive();
  }

  @Test
  void aCutStreamCostsItsReportedInputAndTheOutputSeen() {
    Answer answer = stream(ANTHROPIC_MESSAGES, REQUEST, START, TEXT, TEXT, TEXT).cut();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("stream_cut");
    ModelUsage part = only(answer);
    assertThat(part.count(Kind.INPUT)).isEqualTo(20);
    assertThat(part.count(Kind.CACHE_READ)).isEqualTo(5);
    assertThat(part.count(Kind.CACHE_WRITE_1H)).isEqualTo(40);
    assertThat(part.count(Kind.OUTPUT)).isBetween(30L, 100L);
    assertThat(usage(answer).fast()).isTrue();
  }

  @Test
  void aCutStreamOfServerToolsCostsTheBoundOfItsInput() {
    String search =
        event(
            "{\"type\":\"content_block_start\",\"index\":1,\"content_block\":"
                + "{\"type\":\"server_tool_use\",\"id\":\"srvtoolu_1\",\"name\":\"web_search\"}}");
    Exchange exchange = stream(ANTHROPIC_MESSAGES, WITH_TOOLS, START, search, TEXT, search, TEXT);
    ModelUsage part = only(exchange.cut());
    assertThat(part.prompt()).isEqualTo(exchange.bound().inputTokens()).isGreaterThan(1_000_000);
    assertThat(part.count(Kind.CACHE_WRITE_1H)).isEqualTo(40);
    assertThat(part.count(Kind.WEB_SEARCH)).isEqualTo(2);
  }

  @Test
  void anEstimateIsNeverAboveTheLimitOfTheAnswer() {
    String longText = TEXT.replace("0123456789", "x".repeat(5000));
    assertThat(only(stream(ANTHROPIC_MESSAGES, REQUEST, START, longText).cut()).count(Kind.OUTPUT))
        .isEqualTo(1000);
  }

  @Test
  void nothingButAnUnknownEventIsStillNotFree() {
    Answer answer =
        stream(
                ANTHROPIC_MESSAGES,
                REQUEST,
                "event: brand_new\n" + event("[1,{\"usage\":7}]"),
                ": a comment\n\nretry: 5\n\n")
            .whole();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("usage_missing");
    assertThat(only(answer).count(Kind.INPUT)).isPositive();
  }

  @Test
  void unknownEventsAndMembersAreNoTrouble() {
    Answer answer =
        stream(
                ANTHROPIC_MESSAGES,
                REQUEST,
                "event: ping\ndata: {\"type\": \"ping\"}\n\n",
                START,
                event("{\"type\":\"future\",\"usages\":{},\"us\\\"age\":{\"input_tokens\":666}}"),
                event("not json at all"),
                event("{\"broken\":"),
                TEXT,
                delta("{\"output_tokens\":44,\"future\":{\"deep\":[[[[1]]]]}}   "),
                STOP)
            .whole();
    assertThat(answer.source()).isEqualTo(UsageSource.REPORTED);
    assertThat(only(answer).count(Kind.OUTPUT)).isEqualTo(44);
  }

  @Test
  void anErrorInTheMiddleIsNamedAndWhatWasGeneratedIsCounted() {
    String error =
        "event: error\n"
            + event(
                "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}");
    Answer answer = stream(ANTHROPIC_MESSAGES, REQUEST, START, TEXT, error).whole();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("overloaded_error");
    assertThat(only(answer).count(Kind.OUTPUT)).isGreaterThanOrEqualTo(10);

    Answer atOnce = stream(ANTHROPIC_MESSAGES, REQUEST, error).whole();
    assertThat(atOnce).isEqualTo(new Answer(UsageSource.NONE, null, "overloaded_error"));
  }

  @Test
  void aRefusalByTheProviderCostsNothing() {
    Exchange refusal =
        new Exchange(
            ANTHROPIC_MESSAGES,
            REQUEST,
            429,
            "application/json",
            "{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\",\"message\":\"m\","
                + "\"details\":{\"error_code\":\"enforced_spend_limit_reached\"}},"
                + "\"request_id\":\"r\"}");
    assertThat(refusal.whole())
        .isEqualTo(new Answer(UsageSource.NONE, null, "enforced_spend_limit_reached"));
    Exchange html =
        new Exchange(ANTHROPIC_MESSAGES, REQUEST, 502, "text/html", "<html>bad gateway</html>");
    assertThat(html.whole()).isEqualTo(new Answer(UsageSource.NONE, null, "http_502"));
  }

  @Test
  void aPageInsteadOfAnAnswerIsEstimated() {
    Answer answer =
        new Exchange(ANTHROPIC_MESSAGES, REQUEST, 200, "text/html", "<html>sign in</html>").whole();
    assertThat(answer.source()).isEqualTo(UsageSource.ESTIMATED);
    assertThat(answer.errorCode()).isEqualTo("answer_unreadable");
    assertThat(only(answer).count(Kind.INPUT)).isPositive();
  }

  @Test
  void anAnswerOfWhichThePartWithTheUsageIsMissingIsEstimatedAtItsBound() {
    Exchange exchange =
        json(ANTHROPIC_MESSAGES, REQUEST, "{\"model\":\"claude-opus-5-5\",\"content\":[{\"text");
    assertThat(exchange.cut().errorCode()).isEqualTo("stream_cut");
    assertThat(only(exchange.cut()).count(Kind.OUTPUT)).isEqualTo(1000);
  }
}
