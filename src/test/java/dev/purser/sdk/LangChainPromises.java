package dev.purser.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.model.anthropic.AnthropicChatModel;
import dev.langchain4j.model.anthropic.AnthropicStreamingChatModel;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.Response;
import dev.purser.pricing.Provider;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What langchain4j, which has its own idea of both providers, finds of them. */
public abstract class LangChainPromises {
  /** Where langchain4j is pointed by the test that runs. */
  protected abstract Endpoint endpoint();

  /** A chat model that tries again as often as it does by itself. */
  protected final ChatModel model(Provider provider) {
    return model(provider, name(provider), null);
  }

  /** A chat model that does not try again, so that each error is one call. */
  protected final ChatModel impatient(Provider provider) {
    return model(provider, name(provider), 0);
  }

  /** A chat model of this name. */
  protected final ChatModel model(Provider provider, String name) {
    return model(provider, name, null);
  }

  private ChatModel model(Provider provider, String name, @Nullable Integer maxRetries) {
    return switch (provider) {
      case ANTHROPIC ->
          AnthropicChatModel.builder()
              .baseUrl(url(provider))
              .apiKey(endpoint().key(provider))
              .modelName(name)
              .maxRetries(maxRetries)
              .build();
      case OPENAI ->
          OpenAiChatModel.builder()
              .baseUrl(url(provider))
              .apiKey(endpoint().key(provider))
              .modelName(name)
              .maxRetries(maxRetries)
              .build();
    };
  }

  private StreamingChatModel streamingModel(Provider provider) {
    return switch (provider) {
      case ANTHROPIC ->
          AnthropicStreamingChatModel.builder()
              .baseUrl(url(provider))
              .apiKey(endpoint().key(provider))
              .modelName(name(provider))
              .build();
      case OPENAI ->
          OpenAiStreamingChatModel.builder()
              .baseUrl(url(provider))
              .apiKey(endpoint().key(provider))
              .modelName(name(provider))
              .build();
    };
  }

  private String url(Provider provider) {
    return endpoint().url(provider) + "/v1";
  }

  private static String name(Provider provider) {
    return switch (provider) {
      case ANTHROPIC -> "claude-haiku-4-5";
      case OPENAI -> "gpt-4.1-mini";
    };
  }

  /** Asks, and checks that what langchain4j is told is what was billed. */
  protected final ChatResponse asked(ChatModel model, ChatRequest question) {
    ChatResponse response = model.chat(question);
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(response.tokenUsage()));
    return response;
  }

  private ChatResponse streamed(StreamingChatModel model, ChatRequest question) throws Exception {
    CompletableFuture<ChatResponse> streamed = new CompletableFuture<>();
    model.chat(
        question,
        new StreamingChatResponseHandler() {
          @Override
          public void onCompleteResponse(ChatResponse response) {
            streamed.complete(response);
          }

          @Override
          public void onError(Throwable error) {
            streamed.completeExceptionally(error);
          }
        });
    ChatResponse response = streamed.get(20, TimeUnit.SECONDS);
    assertThat(endpoint().lastBilled()).isEqualTo(Billed.of(response.tokenUsage()));
    return response;
  }

  /** A question of one message. */
  protected static ChatRequest ask(String text) {
    return ChatRequest.builder().messages(UserMessage.from(text)).build();
  }

  @ParameterizedTest
  @EnumSource
  void aQuestionIsAnsweredWholeAndAsAStream(Provider provider) throws Exception {
    ChatResponse whole = asked(model(provider), ask("How many crates?"));
    ChatResponse streamed = streamed(streamingModel(provider), ask("How many crates?"));

    assertThat(whole.aiMessage().text()).contains("sandbox");
    assertThat(streamed.aiMessage().text()).isEqualTo(whole.aiMessage().text());
    assertThat(streamed.tokenUsage()).isEqualTo(whole.tokenUsage());
  }

  @ParameterizedTest
  @EnumSource
  void aToolThatIsAskedForIsCalledAndItsResultAnswered(Provider provider) throws Exception {
    UserMessage question = UserMessage.from("Please call get_weather.");
    ToolSpecification weather =
        ToolSpecification.builder()
            .name("get_weather")
            .description("Says the weather of a city.")
            .parameters(JsonObjectSchema.builder().addStringProperty("city").build())
            .build();
    ChatRequest request =
        ChatRequest.builder().messages(question).toolSpecifications(weather).build();

    for (ChatResponse asking :
        new ChatResponse[] {
          asked(model(provider), request), streamed(streamingModel(provider), request)
        }) {
      ToolExecutionRequest call = asking.aiMessage().toolExecutionRequests().getFirst();
      assertThat(call.name()).isEqualTo("get_weather");
      assertThat(call.arguments()).contains("Lisbon");

      ChatResponse answer =
          asked(
              model(provider),
              ChatRequest.builder()
                  .messages(
                      question, asking.aiMessage(), ToolExecutionResultMessage.from(call, "Windy"))
                  .toolSpecifications(weather)
                  .build());
      assertThat(answer.aiMessage().hasToolExecutionRequests()).isFalse();
      assertThat(answer.aiMessage().text()).isNotBlank();
    }
  }

  @Test
  void textIsEmbedded() {
    Response<Embedding> embedded =
        OpenAiEmbeddingModel.builder()
            .baseUrl(url(Provider.OPENAI))
            .apiKey(endpoint().key(Provider.OPENAI))
            .modelName("text-embedding-3-small")
            .dimensions(64)
            .build()
            .embed("one crate");

    assertThat(embedded.content().vector()).hasSize(64);
    assertThat(endpoint().lastBilled().input())
        .isEqualTo(Objects.requireNonNull(embedded.tokenUsage()).inputTokenCount().longValue());
  }

  @ParameterizedTest
  @EnumSource
  void theProvidersErrorsAreItsOwnExceptions(Provider provider) {
    ChatModel model = impatient(provider);
    assertThatThrownBy(() -> model.chat("sandbox:401")).isInstanceOf(AuthenticationException.class);
    assertThatThrownBy(() -> model.chat("sandbox:404")).isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> model.chat("sandbox:429")).isInstanceOf(RateLimitException.class);
    assertThatThrownBy(() -> model.chat("sandbox:500")).isInstanceOf(InternalServerException.class);
  }
}
