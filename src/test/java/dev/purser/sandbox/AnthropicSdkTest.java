package dev.purser.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.errors.BadRequestException;
import com.anthropic.errors.PaymentRequiredException;
import com.anthropic.errors.PermissionDeniedException;
import com.anthropic.errors.UnauthorizedException;
import com.anthropic.models.messages.CacheControlEphemeral;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.Usage;
import dev.purser.pricing.Provider;
import dev.purser.sdk.AnthropicSdkPromises;
import dev.purser.sdk.Endpoint;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official SDK, pointed at the sandbox, finds what it expects of Anthropic. */
class AnthropicSdkTest extends AnthropicSdkPromises {
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

  private static AnthropicClient client(String key) {
    return AnthropicOkHttpClient.builder()
        .baseUrl(sandbox.url(Provider.ANTHROPIC).toString())
        .apiKey(key)
        .maxRetries(0)
        .build();
  }

  @Test
  void aPromptIsRememberedForItsKeyOnly() {
    MessageCreateParams question =
        ask("What does it lift?")
            .system("The manual of the derrick. ".repeat(400))
            .cacheControl(CacheControlEphemeral.builder().build())
            .build();

    Usage first = client().messages().create(question).usage();
    Usage second = client().messages().create(question).usage();
    Usage otherKey = client("sk-ant-api03-sandbox-other").messages().create(question).usage();

    assertThat(first.cacheReadInputTokens()).contains(0L);
    assertThat(second.cacheReadInputTokens()).isEqualTo(first.cacheCreationInputTokens());
    assertThat(otherKey.cacheReadInputTokens()).contains(0L);
  }

  @Test
  void keysStandAsTheirNamesSay() {
    MessageCreateParams question = ask("Hello").build();

    assertThatThrownBy(() -> client("sk-ant-api03-sandbox-revoked").models().list())
        .isInstanceOf(UnauthorizedException.class);
    assertThatThrownBy(() -> client("sk-ant-api03-sandbox-restricted").models().list())
        .isInstanceOf(PermissionDeniedException.class);
    assertThat(client("sk-ant-api03-sandbox-restricted").messages().create(question).id())
        .startsWith("msg_");
    assertThatThrownBy(() -> client("sk-ant-api03-sandbox-onhold").models().list())
        .isInstanceOfSatisfying(
            BadRequestException.class,
            error -> assertThat(error.errorCode()).contains("organization_on_hold"));
    assertThat(client("sk-ant-api03-sandbox-broke").models().list().data()).isNotEmpty();
    assertThatThrownBy(() -> client("sk-ant-api03-sandbox-broke").messages().create(question))
        .isInstanceOf(PaymentRequiredException.class);
  }
}
