package dev.purser.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.JsonValue;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.ConflictException;
import com.anthropic.errors.ContentTooLargeException;
import com.anthropic.errors.GatewayTimeoutException;
import com.anthropic.errors.InternalServerException;
import com.anthropic.errors.NotFoundException;
import com.anthropic.errors.OverloadedException;
import com.anthropic.errors.PaymentRequiredException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.RateLimitException;
import com.anthropic.errors.SseException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.CacheControlEphemeral;
import com.anthropic.models.messages.ContentBlock;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.StopReason;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.Usage;
import com.anthropic.models.messages.WebSearchTool20250305;
import com.anthropic.models.models.ModelInfo;
import com.anthropic.models.models.ModelListParams;
import dev.purser.pricing.Provider;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the official SDK finds of Anthropic, with nothing set but the base URL and the key. */
public abstract class AnthropicSdkPromises {
  /** Where the SDK is pointed by the test that runs. */
  protected abstract Endpoint endpoint();

  /** The SDK as it comes. */
  protected final AnthropicClient client() {
    return connection().build();
  }

  /** The SDK when it shall not try again, so that each error is one call. */
  protected final AnthropicClient impatient() {
    return connection().maxRetries(0).build();
  }

  private AnthropicOkHttpClient.Builder connection() {
    return AnthropicOkHttpClient.builder()
        .baseUrl(endpoint().url(Provider.ANTHROPIC))
        .apiKey(endpoint().key(Provider.ANTHROPIC));
  }

  protected static MessageCreateParams.Builder ask(String text) {
    return MessageCreateParams.builder()
        .model("claude-haiku-4-5")
        .maxTokens(2000)
        .addUserMessage(text);
  }

  /** Asks, and checks that what the SDK is told is what was billed. */
  protected final Message asked(MessageCreateParams question) {
    Message message = client().messages().create(question);
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(message));
    return message;
  }

  /** Asks for a stream, and checks the same. */
  protected final Message streamed(MessageCreateParams question) {
    MessageAccumulator accumulator = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> stream =
        client().messages().createStreaming(question)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    Message message = accumulator.message();
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(message));
    return message;
  }

  @Test
  void aMessageHasEveryFieldOfItsType() {
    Message message = asked(ask("How many crates?").build()).validate();

    assertThat(message.model().asString()).isEqualTo("claude-haiku-4-5-20251001");
    assertThat(message.content().getFirst().asText().text()).contains("sandbox");
    assertThat(message.stopReason()).contains(StopReason.END_TURN);
    assertThat(message.usage().outputTokens()).isPositive();
    assertThat(message.usage().serviceTier()).contains(Usage.ServiceTier.STANDARD);
  }

  @Test
  void aStreamAddsUpToTheSameMessage() {
    MessageCreateParams question = ask("How many crates?").build();

    Message whole = asked(question);
    Message streamed = streamed(question).validate();

    assertThat(streamed.content().getFirst().asText().text())
        .isEqualTo(whole.content().getFirst().asText().text());
    assertThat(streamed.usage().outputTokens()).isEqualTo(whole.usage().outputTokens());
    assertThat(streamed.usage().inputTokens()).isEqualTo(whole.usage().inputTokens());
  }

  @Test
  void thinkingComesBeforeTheTextAndCarriesASignature() {
    for (boolean stream : new boolean[] {false, true}) {
      MessageCreateParams question = ask("Think first.").enabledThinking(1024).build();
      Message message = stream ? streamed(question) : asked(question);

      assertThat(message.content().get(0).asThinking().signature()).hasSizeGreaterThan(100);
      assertThat(message.content().get(0).asThinking().thinking()).isNotBlank();
      assertThat(message.content().get(1).isText()).isTrue();
      assertThat(message.usage().outputTokensDetails().orElseThrow().thinkingTokens())
          .isPositive()
          .isLessThan(message.usage().outputTokens());
    }
  }

  @Test
  void aToolThatIsAskedForIsCalledAndItsResultAnswered() {
    Tool weather =
        Tool.builder()
            .name("get_weather")
            .inputSchema(
                Tool.InputSchema.builder()
                    .properties(
                        Tool.InputSchema.Properties.builder()
                            .putAdditionalProperty("city", JsonValue.from(Map.of("type", "string")))
                            .build())
                    .build())
            .build();
    MessageCreateParams.Builder question = ask("Please call get_weather.").addTool(weather);
    for (boolean stream : new boolean[] {false, true}) {
      Message call = stream ? streamed(question.build()) : asked(question.build());

      assertThat(call.stopReason()).contains(StopReason.TOOL_USE);
      ContentBlock block = call.content().getFirst();
      assertThat(block.asToolUse().name()).isEqualTo("get_weather");
      assertThat(block.asToolUse()._input()).isEqualTo(JsonValue.from(Map.of("city", "Lisbon")));

      Message answer =
          asked(
              question.build().toBuilder()
                  .addMessage(call)
                  .addUserMessageOfContentBlockParams(
                      List.of(
                          com.anthropic.models.messages.ContentBlockParam.ofToolResult(
                              com.anthropic.models.messages.ToolResultBlockParam.builder()
                                  .toolUseId(block.asToolUse().id())
                                  .content("Windy")
                                  .build())))
                  .build());
      assertThat(answer.stopReason()).contains(StopReason.END_TURN);
    }
  }

  @Test
  void aMarkedPromptIsWrittenOnceThenRead() {
    TextBlockParam manual =
        TextBlockParam.builder()
            .text("The manual of the crane. ".repeat(400))
            .cacheControl(
                CacheControlEphemeral.builder().ttl(CacheControlEphemeral.Ttl.TTL_1H).build())
            .build();
    MessageCreateParams question =
        ask("What does it lift?").systemOfTextBlockParams(List.of(manual)).build();

    Usage first = asked(question).usage();
    Usage second = streamed(question).usage();

    assertThat(first.cacheCreation().orElseThrow().ephemeral1hInputTokens()).isEqualTo(2500);
    assertThat(first.cacheReadInputTokens()).contains(0L);
    assertThat(second.cacheCreationInputTokens()).contains(0L);
    assertThat(second.cacheReadInputTokens()).contains(2500L);
    assertThat(second.inputTokens()).isEqualTo(first.inputTokens());
  }

  @Test
  void aSearchIsCountedAndItsResultsAreInput() {
    MessageCreateParams question =
        ask("Search the web for the tide table.")
            .addTool(WebSearchTool20250305.builder().build())
            .build();
    List<Long> firstInput = new ArrayList<>();
    MessageAccumulator message = MessageAccumulator.create();
    try (StreamResponse<RawMessageStreamEvent> stream =
        client().messages().createStreaming(question)) {
      stream.stream()
          .forEach(event -> {
            event
                .messageStart()
                .ifPresent(start -> firstInput.add(start.message().usage().inputTokens()));
            message.accumulate(event);
          });
    }

    Usage usage = message.message().usage();
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(message.message()));
    assertThat(usage.serverToolUse().orElseThrow().webSearchRequests()).isEqualTo(1);
    assertThat(usage.inputTokens()).isGreaterThan(firstInput.getFirst() + 7000);
  }

  @Test
  void tokensAreCountedAsTheyAreBilled() {
    long counted =
        client()
            .messages()
            .countTokens(
                MessageCountTokensParams.builder()
                    .model("claude-haiku-4-5")
                    .addUserMessage("How many crates?")
                    .build())
            .inputTokens();

    assertThat(asked(ask("How many crates?").build()).usage().inputTokens()).isEqualTo(counted);
  }

  @Test
  void modelsAreListedWithEveryFieldOfTheirType() {
    List<ModelInfo> models =
        client().models().list().autoPager().stream().map(ModelInfo::validate).toList();
    List<String> paged =
        client().models().list(ModelListParams.builder().limit(4).build()).autoPager().stream()
            .map(ModelInfo::id)
            .toList();

    assertThat(models)
        .allSatisfy(model -> assertThat(model.maxInputTokens().orElseThrow()).isPositive());
    assertThat(paged)
        .isEqualTo(models.stream().map(ModelInfo::id).toList())
        .hasSizeGreaterThan(10)
        .contains("claude-opus-5-5");
    assertThat(client().models().retrieve("claude-haiku-4-5").id())
        .isEqualTo("claude-haiku-4-5-20251001");
  }

  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error",
    "401, authentication_error",
    "402, billing_error",
    "403, permission_error",
    "404, not_found_error",
    "409, conflict_error",
    "413, request_too_large",
    "429, rate_limit_error",
    "500, api_error",
    "504, timeout_error",
    "529, overloaded_error"
  })
  void eachDocumentedErrorIsTheSdksOwnException(int status, String type) {
    Class<? extends AnthropicServiceException> expected =
        switch (status) {
          case 400 -> BadRequestException.class;
          case 401 -> UnauthorizedException.class;
          case 402 -> PaymentRequiredException.class;
          case 403 -> PermissionDeniedException.class;
          case 404 -> NotFoundException.class;
          case 409 -> ConflictException.class;
          case 413 -> ContentTooLargeException.class;
          case 429 -> RateLimitException.class;
          case 504 -> GatewayTimeoutException.class;
          case 529 -> OverloadedException.class;
          default -> InternalServerException.class;
        };
    assertThatThrownBy(() -> impatient().messages().create(ask("sandbox:" + status).build()))
        .isInstanceOfSatisfying(
            expected,
            error -> {
              assertThat(error.statusCode()).isEqualTo(status);
              assertThat(error.type().orElseThrow().asString()).isEqualTo(type);
              assertThat(error.requestId()).isPresent();
            });
  }

  @Test
  void anErrorInTheMiddleOfAStreamIsRaisedAfterWhatCameBefore() {
    List<RawMessageStreamEvent> before = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              try (StreamResponse<RawMessageStreamEvent> stream =
                  client()
                      .messages()
                      .createStreaming(ask("sandbox:overloaded-mid-stream").build())) {
                stream.stream().forEach(before::add);
              }
            })
        .isInstanceOf(SseException.class)
        .hasMessageContaining("Overloaded");
    assertThat(before).hasSizeGreaterThan(3);
  }

  @Test
  void anAnswerStopsAtTheOutputLimit() {
    Message message = asked(ask("sandbox:tokens=500").maxTokens(30).build());

    assertThat(message.stopReason()).contains(StopReason.MAX_TOKENS);
    assertThat(message.usage().outputTokens()).isEqualTo(30);
  }
}
