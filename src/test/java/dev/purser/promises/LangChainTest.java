package dev.purser.promises;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.ChatModel;
import dev.purser.pricing.Provider;
import dev.purser.sdk.Endpoint;
import dev.purser.sdk.LangChainPromises;
import dev.purser.storage.TestDatabase;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * langchain4j, pointed at Purser, finds what it finds of both providers, and the ledger has what it
 * is told; what Purser itself refuses comes out as its own exceptions.
 */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class LangChainTest extends LangChainPromises {
  private static final Map<TestDatabase.Kind, PurserBeforeSandbox> SETTINGS =
      new EnumMap<>(TestDatabase.Kind.class);

  private final PurserBeforeSandbox setting;
  private Program program;

  LangChainTest(TestDatabase.Kind kind) {
    setting = SETTINGS.computeIfAbsent(kind, PurserBeforeSandbox::start);
    program = setting.newProgram();
  }

  @AfterAll
  static void stop() {
    SETTINGS.values().forEach(PurserBeforeSandbox::close);
  }

  @Override
  protected Endpoint endpoint() {
    return program;
  }

  @ParameterizedTest
  @EnumSource
  void aRevokedVirtualKeyIsNotAuthenticated(Provider provider) {
    ChatModel model = model(provider);
    asked(model, ask("Hello"));

    program.revoke();

    assertThatThrownBy(() -> model.chat("Hello"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("virtual_key_invalid");
  }

  @ParameterizedTest
  @EnumSource
  void withoutASavedProviderKeyAccessIsDenied(Provider provider) {
    program = setting.newProgramWithoutProviderKeys();

    assertThatThrownBy(() -> model(provider).chat("Hello"))
        .isInstanceOf(AuthenticationException.class)
        .hasMessageContaining("provider_key_missing");
    assertThat(program.refusals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void aModelOfTheOtherProviderIsNotFound(Provider provider) {
    String othersModel =
        switch (provider) {
          case ANTHROPIC -> "gpt-6-luna";
          case OPENAI -> "claude-opus-5";
        };

    assertThatThrownBy(() -> model(provider, othersModel).chat("Hello"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("model_not_available");
    assertThat(program.refusals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void anExhaustedBudgetIsNotTriedAgain(Provider provider) {
    program.person().settings("{\"monthlyBudgetCents\":0}");

    assertThatThrownBy(() -> model(provider).chat("Hello"))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("budget_exhausted")
        .rootCause()
        .isInstanceOfSatisfying(
            HttpException.class, error -> assertThat(error.statusCode()).isEqualTo(402));
    assertThat(program.refusals()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void autoIsTheModelThatTheAgentPrefers(Provider provider) {
    String preferred =
        switch (provider) {
          case ANTHROPIC -> "claude-opus-5";
          case OPENAI -> "gpt-4.1";
        };
    program.prefer(provider, preferred);

    assertThat(asked(model(provider, "auto"), ask("Hello")).metadata().modelName())
        .startsWith(preferred);
    assertThat(program.lastCall().path("requestedModel").asString()).isEqualTo("auto");
    assertThat(program.lastCall().path("model").asString()).startsWith(preferred);
  }
}
