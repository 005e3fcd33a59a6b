package dev.purser.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.RateLimitException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import dev.purser.pricing.Provider;
import dev.purser.sdk.Endpoint;
import dev.purser.sdk.OpenAiSdkPromises;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official SDK, pointed at the sandbox, finds what it expects of OpenAI. */
class OpenAiSdkTest extends OpenAiSdkPromises {
  private static Sandbox sandbox;

  @BeforeAll
  static void start() {
    sandbox = Sandbox.start(SandboxOptions.instant());
  }

  @AfterAll
  static void stop() {
    sandbox.close();
  }

  @Override
  protected Endpoint endpoint() {
    return new Straight(sandbox);
  }

  private static OpenAIClient client(String key) {
    return OpenAIOkHttpClient.builder()
        .baseUrl(sandbox.url(Provider.OPENAI) + "/v1")
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  @Test
  void keysStandAsTheirNamesSay() {
    ChatCompletionCreateParams question = chat("Hello").build();

    assertThatThrownBy(() -> client("sk-proj-sandbox-revoked").models().list())
        .isInstanceOf(UnauthorizedException.class)
        .hasMessageContaining("Incorrect API key");
    assertThatThrownBy(() -> client("sk-proj-sandbox-restricted").models().list())
        .hasMessageContaining("Missing scopes");
    assertThat(client("sk-proj-sandbox-restricted").chat().completions().create(question).id())
        .startsWith("chatcmpl-");
    assertThatThrownBy(() -> client("sk-proj-sandbox-broke").chat().completions().create(question))
        .isInstanceOfSatisfying(
            RateLimitException.class,
            error -> assertThat(error.code()).contains("insufficient_quota"));
  }
}
