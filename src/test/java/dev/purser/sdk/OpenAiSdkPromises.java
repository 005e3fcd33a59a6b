package dev.purser.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.RateLimitException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessageToolCall;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.completions.CompletionUsage;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStatus;
import com.openai.models.responses.ResponseStreamEvent;
import com.openai.models.responses.WebSearchTool;
import dev.purser.pricing.Provider;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the official SDK finds of OpenAI, with nothing set but the base URL and the key. */
public abstract class OpenAiSdkPromises {
  /** Where the SDK is pointed by the test that runs. */
  protected abstract Endpoint endpoint();

  /** The SDK as it comes. */
  protected final OpenAIClient client() {
    return connection().build();
  }

  /** The SDK when it shall not try again, so that each error is one call. */
  protected final OpenAIClient impatient() {
    return connection().maxRetries(0).build();
  }

  private OpenAIOkHttpClient.Builder connection() {
    return OpenAIOkHttpClient.builder()
        .baseUrl(endpoint().url(Provider.OPENAI) + "/v1")
        .apiKey(endpoint().key(Provider.OPENAI));
  }

  protected static ChatCompletionCreateParams.Builder chat(String text) {
    return ChatCompletionCreateParams.builder().model("gpt-4.1-mini").addUserMessage(text);
  }

  protected static ResponseCreateParams.Builder response(String text) {
    return ResponseCreateParams.builder().model("gpt-6-luna").input(text);
  }

  /** Asks, and checks that what the SDK is told is what was billed. */
  protected final ChatCompletion asked(ChatCompletionCreateParams question) {
    ChatCompletion completion = client().chat().completions().create(question);
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(completion));
    return completion;
  }

  /** Asks, and checks the same. */
  protected final Response asked(ResponseCreateParams question) {
    Response response = client().responses().create(question);
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(response));
    return response;
  }

  /** Asks for a stream, which says its usage only if asked. */
  protected final ChatCompletion streamed(ChatCompletionCreateParams question) {
    ChatCompletionAccumulator completion = ChatCompletionAccumulator.create();
    try (StreamResponse<ChatCompletionChunk> stream =
        client().chat().completions().createStreaming(question)) {
      stream.stream().forEach(chunk -> completion.accumulate(chunk.validate()));
    }
    return completion.chatCompletion();
  }

  /** Asks for a stream, and checks that what the SDK is told is what was billed. */
  protected final Response streamed(ResponseCreateParams question) {
    ResponseAccumulator accumulator = ResponseAccumulator.create();
    try (StreamResponse<ResponseStreamEvent> stream =
        client().responses().createStreaming(question)) {
      stream.stream().forEach(accumulator::accumulate);
    }
    Response response = accumulator.response();
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(response));
    return response;
  }

  private static String text(ChatCompletion completion) {
    return completion.choices().getFirst().message().content().orElseThrow();
  }

  private static String text(Response response) {
    return response.output().getLast().asMessage().content().getFirst().asOutputText().text();
  }

  @Test
  void aCompletionHasEveryFieldOfItsType() {
    ChatCompletion completion = asked(chat("How many crates?").build()).validate();

    assertThat(completion.model()).isEqualTo("gpt-4.1-mini-2025-04-14");
    assertThat(text(completion)).contains("sandbox");
    CompletionUsage usage = completion.usage().orElseThrow();
    assertThat(usage.totalTokens()).isEqualTo(usage.promptTokens() + usage.completionTokens());
  }

  @Test
  void aStreamSaysItsUsageOnlyIfAsked() {
    ChatCompletion whole = asked(chat("How many crates?").build());
    ChatCompletion silent = streamed(chat("How many crates?").build());
    Billed silentlyBilled = endpoint().lastBilled();
    ChatCompletion told =
        streamed(
            chat("How many crates?")
                .streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());

    assertThat(silentlyBilled).isEqualTo(Billed.of(whole));
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(told)).isEqualTo(silentlyBilled);
    assertThat(silent.usage()).isEmpty();
    assertThat(text(told)).isEqualTo(text(whole)).isEqualTo(text(silent));
  }

  @Test
  void severalAnswersDifferAndAreAllBilled() {
    ChatCompletion one = asked(chat("Two, please").build());
    ChatCompletion two = asked(chat("Two, please").n(2).build());

    assertThat(two.choices()).hasSize(2);
    assertThat(two.choices().get(0).message().content())
        .isNotEqualTo(two.choices().get(1).message().content());
    assertThat(two.usage().orElseThrow().completionTokens())
        .isGreaterThan(one.usage().orElseThrow().completionTokens());
  }

  @Test
  void aToolThatIsAskedForIsCalledAndItsResultAnswered() {
    FunctionDefinition weather =
        FunctionDefinition.builder()
            .name("get_weather")
            .parameters(
                FunctionParameters.builder()
                    .putAdditionalProperty("type", JsonValue.from("object"))
                    .putAdditionalProperty(
                        "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                    .build())
            .build();
    ChatCompletionCreateParams question =
        chat("Please call get_weather.").addFunctionTool(weather).build();
    for (ChatCompletion completion : List.of(asked(question), streamed(question))) {
      ChatCompletion.Choice choice = completion.choices().getFirst();
      assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
      ChatCompletionMessageToolCall call = choice.message().toolCalls().orElseThrow().getFirst();
      assertThat(call.asFunction().function().name()).isEqualTo("get_weather");
      assertThat(call.asFunction().function().arguments()).isEqualTo("{\"city\":\"Lisbon\"}");

      ChatCompletion answer =
          asked(
              question.toBuilder()
                  .addMessage(choice.message())
                  .addMessage(
                      ChatCompletionToolMessageParam.builder()
                          .toolCallId(call.asFunction().id())
                          .content("Windy")
                          .build())
                  .build());
      assertThat(answer.choices().getFirst().finishReason())
          .isEqualTo(ChatCompletion.Choice.FinishReason.STOP);
    }
  }

  @Test
  void aLongPromptIsWrittenOnceThenRead() {
    String manual = "The manual of the crane. ".repeat(400);
    ChatCompletionCreateParams.Builder question =
        ChatCompletionCreateParams.builder().addSystemMessage(manual).addUserMessage("Lifts what?");

    CompletionUsage first = usage(question.model("gpt-6-luna").build());
    CompletionUsage second = usage(question.model("gpt-6-luna").build());
    usage(question.model("gpt-4.1-mini").build());
    CompletionUsage older = usage(question.model("gpt-4.1-mini").build());

    assertThat(first.promptTokensDetails().orElseThrow().cacheWriteTokens()).contains(2511L);
    assertThat(second.promptTokensDetails().orElseThrow().cacheWriteTokens()).contains(0L);
    assertThat(second.promptTokensDetails().orElseThrow().cachedTokens()).contains(2511L);
    assertThat(older.promptTokensDetails().orElseThrow().cachedTokens()).contains(2432L);
    assertThat(older.promptTokensDetails().orElseThrow().cacheWriteTokens()).isEmpty();
  }

  private CompletionUsage usage(ChatCompletionCreateParams question) {
    return asked(question).usage().orElseThrow();
  }

  @Test
  void theTierIsTheOneServed() {
    for (String served : List.of("flex", "priority")) {
      ChatCompletion completion =
          asked(
              chat("Hello")
                  .model("gpt-6-luna")
                  .serviceTier(ChatCompletionCreateParams.ServiceTier.of(served))
                  .build());
      assertThat(completion.serviceTier().orElseThrow().asString()).isEqualTo(served);
    }
    ChatCompletion lowered =
        asked(
            chat("sandbox:downgraded")
                .serviceTier(ChatCompletionCreateParams.ServiceTier.of("fast"))
                .build());
    assertThat(lowered.serviceTier().orElseThrow().asString()).isEqualTo("default");
  }

  @Test
  void aResponseHasEveryFieldOfItsTypeAndItsStreamAddsUpToIt() {
    ResponseCreateParams question =
        response("How many crates?")
            .reasoning(Reasoning.builder().effort(ReasoningEffort.HIGH).build())
            .build();

    Response whole = asked(question).validate();
    Response streamed = streamed(question).validate();

    assertThat(text(streamed)).isEqualTo(text(whole)).contains("sandbox");
    assertThat(whole.output().getFirst().isReasoning()).isTrue();
    assertThat(whole.usage().orElseThrow().outputTokensDetails().reasoningTokens()).isEqualTo(384);
    assertThat(streamed.usage()).isEqualTo(whole.usage());
  }

  @Test
  void aResponseCallsFunctionsAndSearches() {
    ResponseCreateParams call =
        response("Please call get_weather.")
            .addTool(
                FunctionTool.builder()
                    .name("get_weather")
                    .strict(false)
                    .parameters(
                        FunctionTool.Parameters.builder()
                            .putAdditionalProperty(
                                "properties",
                                JsonValue.from(Map.of("city", Map.of("type", "string"))))
                            .build())
                    .build())
            .build();
    ResponseCreateParams search =
        response("Search for the tide table.")
            .addTool(WebSearchTool.builder().type(WebSearchTool.Type.WEB_SEARCH).build())
            .build();

    for (Response called : List.of(asked(call), streamed(call))) {
      assertThat(called.output().getLast().asFunctionCall().arguments())
          .isEqualTo("{\"city\":\"Lisbon\"}");
    }
    for (Response searched : List.of(asked(search), streamed(search))) {
      assertThat(searched.output()).anyMatch(item -> item.isWebSearchCall());
      assertThat(searched.usage().orElseThrow().inputTokens()).isGreaterThan(8000);
    }
  }

  @Test
  void whatWasSaidBeforeIsBilledAgain() {
    Response first = asked(response("A first question. ".repeat(50)).build());
    Response second = asked(response("And?").previousResponseId(first.id()).build());

    assertThat(second.usage().orElseThrow().inputTokens())
        .isGreaterThan(first.usage().orElseThrow().inputTokens());
    assertThatThrownBy(() ->
            client()
                .responses()
                .create(response("And?").previousResponseId("resp_unknown").build()))
        .isInstanceOf(BadRequestException.class);
  }

  @Test
  void aResponseOverItsLimitIsIncomplete() {
    for (boolean stream : new boolean[] {false, true}) {
      ResponseCreateParams question = response("sandbox:tokens=400").maxOutputTokens(100).build();
      Response cut = stream ? streamed(question) : asked(question);

      assertThat(cut.status()).contains(ResponseStatus.INCOMPLETE);
      assertThat(cut.incompleteDetails().orElseThrow().reason().orElseThrow().asString())
          .isEqualTo("max_output_tokens");
      assertThat(cut.usage().orElseThrow().outputTokens()).isEqualTo(100);
    }
  }

  @Test
  void embeddingsAreTheSameInBothEncodings() {
    EmbeddingCreateParams.Builder question =
        EmbeddingCreateParams.builder()
            .model("text-embedding-3-small")
            .inputOfArrayOfStrings(List.of("one crate", "two crates"))
            .dimensions(64);

    CreateEmbeddingResponse floats =
        client()
            .embeddings()
            .create(question.encodingFormat(EmbeddingCreateParams.EncodingFormat.FLOAT).build())
            .validate();
    CreateEmbeddingResponse bytes =
        client()
            .embeddings()
            .create(question.encodingFormat(EmbeddingCreateParams.EncodingFormat.BASE64).build());

    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(bytes)).isEqualTo(Billed.of(floats));
    assertThat(floats.data()).hasSize(2);
    assertThat(floats.data().getFirst().embedding()).hasSize(64);
    assertThat(bytes.data().get(1).embedding()).isEqualTo(floats.data().get(1).embedding());
    assertThat(floats.usage().totalTokens()).isEqualTo(6);
  }

  @Test
  void modelsAreListedWithTheirShutdown() {
    assertThat(client().models().list().data())
        .extracting(model -> model.validate().id())
        .contains("gpt-6.1-sol", "gpt-5.4", "gpt-5.4-2026-03-05", "text-embedding-3-small");
    assertThat(client().models().retrieve("gpt-5.4-nano").shutdownDate()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 404, 429, 500, 503})
  void eachDocumentedErrorIsTheSdksOwnException(int status) {
    Class<? extends OpenAIServiceException> expected =
        switch (status) {
          case 400 -> BadRequestException.class;
          case 401 -> UnauthorizedException.class;
          case 403 -> PermissionDeniedException.class;
          case 404 -> NotFoundException.class;
          case 429 -> RateLimitException.class;
          default -> InternalServerException.class;
        };
    assertThatThrownBy(
            () -> impatient().chat().completions().create(chat("sandbox:" + status).build()))
        .isInstanceOfSatisfying(
            expected, error -> assertThat(error.statusCode()).isEqualTo(status));
  }

  @Test
  void anUnknownModelIs404InChatAnd400InResponses() {
    assertThatThrownBy(
            () -> client().chat().completions().create(chat("Hello").model("gpt-0").build()))
        .isInstanceOfSatisfying(
            NotFoundException.class, error -> assertThat(error.code()).contains("model_not_found"));
    assertThatThrownBy(() -> client().responses().create(response("Hi").model("gpt-0").build()))
        .isInstanceOfSatisfying(
            BadRequestException.class,
            error -> assertThat(error.code()).contains("model_not_found"));
  }

  @Test
  void anAccountWithoutMoneyIsToldInTheMiddleOfTheStream() {
    assertThatThrownBy(() -> streamed(chat("sandbox:quota-mid-stream").build()))
        .isInstanceOf(SseException.class);
    assertThatThrownBy(() -> streamed(response("sandbox:quota-mid-stream").build()))
        .isInstanceOf(SseException.class);
  }
}
